import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { htmlReport } from "./html.ts";
import type { Report } from "./schema.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

const REPORT: Report = report(
  mesh(
    "reference",
    cell("routing/a", result("RTE-01", "pass")),
    cell("retrying/b", result("RTY-01", "pass")),
  ),
  mesh("direct", cell("routing/a", result("RTE-01", "fail")), cell("retrying/b", result("RTY-01", "fail"))),
  mesh(
    "envoy",
    cell(
      "routing/a",
      result("RTE-01", "fail", {
        expected: "canary: every call; others: every call",
        actual: "canary: 3 of 50 calls otherwise",
        evidence: [
          { seq: 1, t: 10.25, source: "client", text: "sent a" },
          { seq: 2, t: 11.5, source: "upstream:echo-2", text: "received a, attempt 1" },
        ],
      }),
    ),
    cell("retrying/b", deviating("RTY-01")),
    cell("retrying/c", result("RTY-02", "inconclusive")),
  ),
);

/** The text of the panel of a clause on a mesh: what its cell opens to. */
function panelOf(page: string, id: string): string {
  const begin = page.indexOf(`id="${id}"`);
  assert(begin >= 0, `expected a panel ${id}`);
  return page.slice(begin, page.indexOf("</details>", begin));
}

const VOID = new Set(["meta", "br", "input", "!doctype"]);

/** Names of tags that are not closed by their own kind. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = ""] of page.matchAll(/<(\/?)([!a-z][a-z0-9]*)\b[^>]*>/gi)) {
    if (VOID.has(name)) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

Deno.test("htmlReport is well-formed, and every id stands once", () => {
  const page = htmlReport(REPORT);
  assertEquals(unbalanced(page), []);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assertEquals(ids.length, new Set(ids).size);
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) assert(ids.includes(target), target);
});

Deno.test("htmlReport needs nothing from elsewhere and runs no script", () => {
  const page = htmlReport(REPORT);
  assertEquals(page.match(/<(script|link|img|iframe|object|embed)\b|\bsrc=|@import|url\(|\son\w+=/gi), null);
  assertStringIncludes(page, "default-src 'none'");
});

Deno.test("htmlReport escapes whatever a program said, wherever it is shown", () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
  const clause = result("RTE-01", "fail", {
    expected: evil,
    actual: evil,
    evidence: [{ seq: 1, t: 1, source: evil, text: evil }, {
      seq: 2,
      t: 2,
      source: `upstream:${evil}`,
      text: evil,
    }],
    deviation: { cause: evil, link: "javascript:alert(3)" },
  });
  const one = { ...mesh(evil, cell(evil, clause)), version: evil };
  const gone = { ...mesh("gone"), unavailable: evil };
  const base = report(one, gone);
  const page = htmlReport(
    {
      ...base,
      breaches: [evil],
      run: { ...base.run, id: evil, command: evil, commit: evil, tools: { [evil]: evil } },
    },
    evil,
  );
  assertEquals(page.match(/<(script|img)|href="javascript/gi), null);
  assertEquals(unbalanced(page), []);
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
});

Deno.test("htmlReport puts the meshes first, the controls after them, and each verdict as a word", () => {
  const page = htmlReport(REPORT);
  const heads = [...page.matchAll(/class="mesh">([^<]*)</g)].map(([, name]) => name);
  assertEquals(heads, ["envoy", "reference", "direct"]);
  const words = [...page.matchAll(/<details name="([^"]*)"><summary class="([^"]*)">.*?<span>([^<]*)</g)]
    .map(([, clause, tone, word]) => `${clause} ${tone} ${word}`);
  assertEquals(words, [
    "RTE-01 bad FAIL",
    "RTE-01 good pass",
    "RTE-01 faint fail",
    "RTY-01 known FAIL (known)",
    "RTY-01 good pass",
    "RTY-01 faint fail",
    "RTY-02 doubt inconclusive",
  ]);
});

Deno.test("htmlReport's cell opens to expected, actual, both sides of the evidence, the run and what replays it", () => {
  const panel = panelOf(htmlReport(REPORT, "out/nightly"), "mesh0-RTE-01");
  for (
    const part of [
      "<li>canary: every call</li><li>others: every call</li>",
      "<p>canary: 3 of 50 calls otherwise</p>",
      `<td class="number">10.3 ms</td><td>client: sent a</td><td></td>`,
      `<td class="number">11.5 ms</td><td></td><td class="right">echo-2: received a, attempt 1</td>`,
      `(drive 1.500 s), <a href="history/routing.a.ndjson">history</a>`,
      "deno task meshproof replay out/nightly:envoy/routing/a",
    ]
  ) assertStringIncludes(panel, part);
});

Deno.test("htmlReport shows all scenarios that judged a clause, and every run of a cell", () => {
  const twice = cell("routing/b", result("RTE-01", "pass"));
  const [run] = twice.runs;
  assert(run !== undefined);
  const alone = { ...run, alone: true, verdicts: { "RTE-01": "pass" as const } };
  const runs = [{ ...run, verdicts: { "RTE-01": "inconclusive" as const } }, alone];
  const panel = panelOf(
    htmlReport(report(mesh("envoy", cell("routing/a", result("RTE-01", "fail")), { ...twice, runs }))),
    "mesh0-RTE-01",
  );
  assertStringIncludes(panel, "envoy / routing/a");
  assertStringIncludes(panel, "envoy / routing/b");
  assertStringIncludes(panel, "<h4>Runs</h4>");
  assertEquals(panel.match(/<li>(inconclusive|pass), [^\n]*?alone/g)?.length, 1);
});

Deno.test("htmlReport gives scores by mesh and by family, known deviations, and the facts of the run", () => {
  const page = htmlReport(REPORT);
  assertStringIncludes(page, `0 / 2 <small>kept, 0 %</small>`);
  assertStringIncludes(page, `2 / 2 <small>kept, 100 %</small>`);
  assertStringIncludes(page, `<td role="cell" data-mesh="envoy">0 / 1</td>`);
  const deviations = page.slice(page.indexOf('id="deviations"'), page.indexOf("<h2>The run</h2>"));
  assertStringIncludes(deviations, `envoy <a href="#mesh0-RTY-01">RTY-01</a>`);
  assertStringIncludes(deviations, `href="https://example.org/issue/1"`);
  for (const fact of ["<dd>7</dd>", "0123456", "etcd 3.7.3", "2 cores", "cells 11.0 s", "run --seed 7"]) {
    assertStringIncludes(page, fact);
  }
});

Deno.test("htmlReport marks what every mesh keeps, whatever direct does", () => {
  const kept = (page: string) =>
    [...page.matchAll(/<tr role="row" class="kept">\s*<th[^>]*>.*?<strong>([^<]*)/g)].map(([, id]) => id);
  assertEquals(kept(htmlReport(REPORT)), []);
  assertEquals(kept(htmlReport({ ...REPORT, meshes: REPORT.meshes.slice(0, 2) })), ["RTE-01", "RTY-01"]);
});

Deno.test("htmlReport says why there is no score, and why a mesh could not be had", () => {
  const breached = htmlReport({
    ...REPORT,
    meshes: REPORT.meshes.map((each) => ({ ...each, score: null })),
    breaches: ["reference fails RTE-01"],
    exitCode: 70,
  });
  assertStringIncludes(breached, `role="alert"`);
  assertStringIncludes(breached, "reference fails RTE-01");
  assertEquals(breached.includes("<small>kept"), false);
  assertStringIncludes(
    htmlReport(report({ ...mesh("envoy"), unavailable: "no binary" })),
    "Not judged: no binary",
  );
});

Deno.test("htmlReport says of a share that it is one, of a merged run what it was made of, of rounds what flipped", () => {
  const { run } = REPORT;
  const { id, startedAt, wallSeconds, machine } = run;
  const flip = {
    mesh: "envoy",
    scenario: "routing/a",
    clause: "RTE-01",
    verdicts: ["fail" as const, "pass" as const],
  };
  const share = htmlReport({ ...REPORT, run: { ...run, shard: { index: 2, count: 3 } } });
  const merged = htmlReport({
    ...REPORT,
    run: { ...run, shards: [{ index: 1, id, startedAt, wallSeconds, machine }] },
    repeat: { rounds: 2, flips: [flip] },
  });
  assertStringIncludes(share, "<dd>2 of 3; the scores are of this share alone</dd>");
  assertStringIncludes(merged, `<dd>1: ${id}, 12.5 s, linux x86_64, 2 cores</dd>`);
  assertStringIncludes(merged, "<dd>2; envoy routing/a RTE-01: fail, pass</dd>");
});
