import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { convert } from "xmlbuilder2";
import { junit } from "./junit.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

type Node = Record<string, unknown>;

/** The parser leaves entities as they are written. */
function text(value: unknown): string {
  const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
  return String(value).replaceAll(/&(\w+);/g, (entity, name) => characters[name] ?? entity);
}

/** The cases of the first suite, parsed back. */
function parsed(xml: string): { readonly suite: Node; readonly cases: readonly Node[] } {
  const root = convert(xml, { format: "object" }) as { testsuites: { testsuite: Node } };
  const suite = root.testsuites.testsuite;
  return { suite, cases: [suite["testcase"]].flat() as Node[] };
}

Deno.test("junit writes a suite a mesh and a case a clause of a cell, with counts that agree", () => {
  const { suite, cases } = parsed(junit(report(mesh(
    "envoy",
    cell("routing/a", result("RTE-01", "pass"), result("RTE-05", "fail"), deviating("RTE-07")),
    cell(
      "retrying/b",
      result("RTY-01", "error"),
      result("RTY-02", "inconclusive"),
      result("RTY-07", "vacuous"),
    ),
    cell("breaking/c", result("BRK-01", "unsupported", { actual: "envoy does not declare circuit-breaker" })),
  ))));

  assertEquals(suite["@name"], "envoy");
  assertEquals(suite["@tests"], "7");
  assertEquals(suite["@failures"], "1");
  assertEquals(suite["@errors"], "3");
  assertEquals(suite["@skipped"], "2");
  assertEquals(suite["@time"], "4.500");
  assertEquals(cases.map((each) => each["@name"]), [
    "RTE-01",
    "RTE-05",
    "RTE-07",
    "RTY-01",
    "RTY-02",
    "RTY-07",
    "BRK-01",
  ]);
  assertEquals(cases[0]?.["@classname"], "envoy.routing/a");
  const kinds = cases.map((each) => ["failure", "error", "skipped"].filter((kind) => kind in each).join());
  assertEquals(kinds, ["", "failure", "skipped", "error", "error", "error", "skipped"]);
  assertEquals((cases[6]?.["skipped"] as Node)["@message"], "envoy does not declare circuit-breaker");
  assertMatch(
    String((cases[2]?.["skipped"] as Node)["@message"]),
    /recorded deviation: its makers .* https:\/\/example/,
  );
  assertEquals((cases[5]?.["error"] as Node)["@type"], "vacuous");
});

Deno.test("junit shows expected, actual and evidence of a failure", () => {
  const xml = junit(report(mesh(
    "envoy",
    cell(
      "routing/a",
      result("RTE-01", "fail", {
        expected: 'at {"version":"canary"} & nowhere else',
        actual: "at echo-1 <stable>",
        evidence: [{ seq: 3, t: 12.5, source: "upstream:echo-1", text: "received a, attempt 1" }],
      }),
    ),
  )));
  const failure = parsed(xml).cases[0]?.["failure"] as Node;
  assertEquals(text(failure["@message"]), "at echo-1 <stable>");
  assertEquals(
    text(failure["#"]),
    'expected: at {"version":"canary"} & nowhere else\nactual: at echo-1 <stable>\n12.5 upstream:echo-1 received a, attempt 1',
  );
});

Deno.test("junit stays well-formed whatever a program said in its error", () => {
  const said = "\u001b[31mpanic\u001b[0m \u0000 at \uFFFE ]]> <&\"' \u0008";
  const xml = junit(report(mesh("envoy", cell("routing/a", result("RTE-01", "fail", { actual: said })))));
  // XML 1.0 knows no control characters but tab, line feed and carriage return, in whatever notation.
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&#x?0*(0|8|1b);/i.test(xml), xml);
  assertStringIncludes(String((parsed(xml).cases[0]?.["failure"] as Node)["@message"]), "panic");
});

Deno.test("junit of a mesh that could not be had is an empty suite", () => {
  const { suite } = parsed(junit(report({ ...mesh("envoy"), unavailable: "no binary" })));
  assertEquals([suite["@tests"], suite["@failures"], suite["@errors"]], ["0", "0", "0"]);
});
