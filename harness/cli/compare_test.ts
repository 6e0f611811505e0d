import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Report } from "../report/schema.ts";
import { cell, deviating, mesh, report, result } from "../report/testing/report_builder.ts";
import { Workplace } from "./testing/workplace.ts";

const DIRECT = mesh("direct", cell("routing/a", result("RTE-01", "fail")));
const BEFORE = report(
  DIRECT,
  mesh(
    "envoy",
    cell("routing/a", result("RTE-01", "pass"), result("RTE-05", "pass")),
    cell("retrying/b", result("RTY-01", "fail")),
  ),
);
const WORSE = named(
  "run-2",
  report(
    DIRECT,
    mesh(
      "envoy",
      cell(
        "routing/a",
        result("RTE-01", "fail", { actual: "3 of 50 calls otherwise" }),
        result("RTE-05", "pass"),
      ),
      cell("retrying/b", result("RTY-01", "pass")),
    ),
  ),
);

function named(id: string, each: Report): Report {
  return { ...each, run: { ...each.run, id } };
}

/** A workplace with stored runs `before` (a folder) and `run-2` (an id). */
async function workplaceWith(second: Report): Promise<Workplace> {
  const workplace = await Workplace.open();
  await workplace.write("before/report.json", JSON.stringify(BEFORE));
  await workplace.write("reports/run-2/report.json", JSON.stringify(second));
  return workplace;
}

Deno.test("meshproof compare ends with 1 where something got worse, shows it in the matrix and says what and why", async () => {
  await using workplace = await workplaceWith(WORSE);
  const { code, stdout, stderr } = await workplace.run(["compare", "before", "run-2"]);
  assertEquals({ code, stderr }, { code: 1, stderr: "" });
  assertEquals(
    stdout,
    `
A  before: 2026-01-02T03:04:05.000Z, seed 7, commit 0123456
B  reports/run-2: 2026-01-02T03:04:05.000Z, seed 7, commit 0123456
┌─────────┬──────────────────────────────────────────────────────┬──────────────┬───────────────┐
│ clause  │ promise                                              │ A envoy 1.0  │ B envoy 1.0   │
├─────────┼──────────────────────────────────────────────────────┼──────────────┼───────────────┤
│ RTE-01  │ A request with header \`x-deployment: canary\` rea...  │ pass         │ FAIL (worse)  │
│ RTE-05  │ Weights {90/10}, {70/30} hold within the binomia...  │ pass         │ pass          │
│ RTY-01  │ At most {N} retries: success on attempt N+1 is s...  │ FAIL         │ pass (better) │
│ RTE-*   │ Routing                                              │ 2 / 2        │ 1 / 2         │
│ RTY-*   │ Retry                                                │ 0 / 1        │ 1 / 1         │
│         │ score (kept / judged)                                │ 2 / 3 = 67 % │ 2 / 3 = 67 %  │
└─────────┴──────────────────────────────────────────────────────┴──────────────┴───────────────┘
controls that are the same everywhere are left out
worse: RTE-01: pass in A envoy 1.0, fail in B envoy 1.0
  expected: RTE-01 is kept
  actual:   3 of 50 calls otherwise
  replay:   deno task meshproof replay run-2:envoy/routing/a
better: RTY-01: fail in A envoy 1.0, pass in B envoy 1.0
1 worse, 1 better
`.trimStart(),
  );
});

Deno.test("meshproof compare ends with 0 where nothing got worse; --changed leaves the rest of the matrix out", async () => {
  await using workplace = await workplaceWith(WORSE);
  const [same, meshes, changed] = await Promise.all([
    workplace.run(["compare", "before", "before"]),
    workplace.run(["compare", "before:direct", "before:envoy"]),
    workplace.run(["compare", "before:envoy", "run-2", "--changed"]),
  ]);
  assertEquals([same.code, meshes.code, changed.code], [0, 0, 1]);
  assertStringIncludes(same.stdout, "nothing worse, 0 better");
  assertStringIncludes(meshes.stdout, "not in A direct 1.0: RTE-05, RTY-01");
  assertStringIncludes(meshes.stdout, "better: RTE-01: fail in A direct 1.0, pass in A envoy 1.0");
  assertEquals(changed.stdout.includes("│ RTE-05"), false);
  assertStringIncludes(changed.stdout, "│ RTE-01");
});

Deno.test("meshproof compare --json prints columns, verdicts, changes and the exit code, and nothing else", async () => {
  await using workplace = await workplaceWith(WORSE);
  const { code, stdout, stderr } = await workplace.run(["compare", "before:envoy", "run-2:envoy", "--json"]);
  assertEquals({ code, stderr }, { code: 1, stderr: "" });
  const told = JSON.parse(stdout);
  assertEquals(told.schema, "meshproof.compare/v1");
  assertEquals(told.runs.map((each: { id: string }) => each.id), [BEFORE.run.id, "run-2"]);
  assertEquals(
    told.columns.map((each: { mesh: string; baseline: number | null }) => [each.mesh, each.baseline]),
    [
      ["envoy", null],
      ["envoy", 0],
    ],
  );
  assertEquals(told.clauses, [
    { id: "RTE-01", verdicts: ["pass", "fail"] },
    { id: "RTE-05", verdicts: ["pass", "pass"] },
    { id: "RTY-01", verdicts: ["fail", "pass"] },
  ]);
  assertEquals(told.changes[0], {
    clause: "RTE-01",
    column: 1,
    baseline: 0,
    kind: "worse",
    before: "pass",
    after: "fail",
    expected: "RTE-01 is kept",
    actual: "3 of 50 calls otherwise",
  });
  assertEquals(told.exitCode, 1);
});

Deno.test("meshproof compare ends with 70 where a run's controls were breached", async () => {
  const breached = named("run-2", {
    ...report(DIRECT, mesh("envoy", cell("a/b", deviating("RTE-01")))),
    breaches: ["direct keeps RTE-05"],
  });
  await using workplace = await workplaceWith(breached);
  const { code, stdout } = await workplace.run(["compare", "before", "run-2"]);
  assertEquals(code, 70);
  assertStringIncludes(stdout, "control breach in reports/run-2, which proves nothing: direct keeps RTE-05");
});

Deno.test("meshproof compare ends with 64 where there is nothing to compare, and says what there is", async () => {
  await using workplace = await workplaceWith(WORSE);
  const cases: readonly (readonly [string[], string])[] = [
    [["compare"], "missing required argument 'run'"],
    [["compare", "before"], "found before (direct, envoy)"],
    [["compare", "before", "nosuch"], "nosuch: expected a run's folder or id"],
    [
      ["compare", "before:nosuch", "run-2"],
      'before:nosuch: expected one of the run\'s meshes, direct, envoy; found "nosuch"',
    ],
  ];
  await Promise.all(cases.map(async ([args, words]) => {
    const { code, stdout, stderr } = await workplace.run(args);
    assertEquals({ args, code, stdout }, { args, code: 64, stdout: "" });
    assertStringIncludes(stderr, words);
  }));
});
