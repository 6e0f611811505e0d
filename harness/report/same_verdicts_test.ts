import { assertEquals } from "@std/assert";
import { runtimeLacks } from "../model/runtime.ts";
import { sameVerdicts } from "./same_verdicts.ts";
import { cell, mesh, report, result } from "./testing/report_builder.ts";

const lacking = result("SID-01", "unsupported", { actual: runtimeLacks("process", "network namespace") });

Deno.test("sameVerdicts finds no difference where each clause of each cell is judged the same", () => {
  const runs = report(
    mesh("reference", cell("a/one", result("RTE-01", "pass"))),
    mesh("envoy", cell("a/one", result("RTE-01", "fail"))),
  );
  assertEquals(sameVerdicts(runs, runs), { differences: [], compared: 2, leftOut: [] });
});

Deno.test("sameVerdicts names mesh, scenario and clause of each difference, better or worse, with what was seen", () => {
  const one = report(mesh("envoy", cell("a/one", result("RTE-01", "pass"), result("RTE-05", "fail"))));
  const two = report(
    mesh("envoy", cell("a/one", result("RTE-01", "inconclusive"), result("RTE-05", "pass"))),
  );
  const { differences } = sameVerdicts(one, two);
  assertEquals(
    differences.map(({ mesh, scenario, clause, first, second }) => [mesh, scenario, clause, first, second]),
    [
      ["envoy", "a/one", "RTE-01", "pass", "inconclusive"],
      ["envoy", "a/one", "RTE-05", "fail", "pass"],
    ],
  );
  assertEquals(differences[0]?.actual, ["RTE-01 is pass", "RTE-01 is inconclusive"]);
});

Deno.test("sameVerdicts counts a cell, a clause or a mesh that only one run has as a difference", () => {
  const whole = report(
    mesh("reference", cell("a/one", result("RTE-01", "pass"), result("RTE-05", "pass"))),
    mesh("envoy", cell("a/one", result("RTE-01", "pass"))),
  );
  const part = report(mesh("reference", cell("a/one", result("RTE-01", "pass"))));
  assertEquals(sameVerdicts(whole, part).differences.map(({ clause, second }) => [clause, second]), [
    ["RTE-01", "missing"],
    ["RTE-05", "missing"],
  ]);
  assertEquals(sameVerdicts(part, whole).differences.length, 2);
});

Deno.test("sameVerdicts leaves out what a runtime cannot do, but not what a mesh does not support", () => {
  const first = report(mesh("envoy", cell("a/one", result("RTE-01", "unsupported")), cell("a/two", lacking)));
  const second = report(
    mesh("envoy", cell("a/one", result("RTE-01", "pass")), cell("a/two", result("SID-01", "pass"))),
  );
  const { differences, leftOut, compared } = sameVerdicts(first, second);
  assertEquals(differences.map(({ clause }) => clause), ["RTE-01"]);
  assertEquals([compared, leftOut], [1, ["envoy a/two SID-01"]]);
});
