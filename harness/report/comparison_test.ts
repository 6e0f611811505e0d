import { assertEquals } from "@std/assert";
import type { Verdict } from "../model/verdict.ts";
import { compareMeshes } from "./comparison.ts";
import { cell, deviating, mesh, result } from "./testing/report_builder.ts";

function judged(verdict: Verdict) {
  return mesh("envoy", cell("a/one", result("RTE-01", verdict)));
}

function kindOf(before: Verdict, after: Verdict): string | undefined {
  const columns = [{ mesh: judged(before), baseline: undefined }, { mesh: judged(after), baseline: 0 }];
  return compareMeshes(columns).changes[0]?.kind;
}

Deno.test("compareMeshes calls it worse when a kept clause is no longer proven to be kept, or one is broken that was not", () => {
  for (const after of ["fail", "error", "inconclusive", "vacuous", "unsupported"] as const) {
    assertEquals([after, kindOf("pass", after), kindOf(after, "pass")], [after, "worse", "better"]);
  }
  for (const before of ["error", "inconclusive", "vacuous", "unsupported"] as const) {
    assertEquals([before, kindOf(before, "fail"), kindOf("fail", before)], [before, "worse", "better"]);
  }
  assertEquals(kindOf("unsupported", "inconclusive"), "other");
  assertEquals([kindOf("pass", "pass"), kindOf("fail", "fail")], [undefined, undefined]);
});

Deno.test("compareMeshes measures each column against its own baseline, by clause in the specification's order", () => {
  const one = mesh("envoy", cell("a/one", result("RTY-01", "pass"), result("RTE-01", "pass")));
  const two = mesh("envoy", cell("a/one", result("RTY-01", "fail"), result("RTE-01", "error")));
  const other = mesh("nginx", cell("a/one", result("RTE-01", "fail")));
  const { changes } = compareMeshes([
    { mesh: one, baseline: undefined },
    { mesh: two, baseline: 0 },
    { mesh: other, baseline: undefined },
    { mesh: one, baseline: 2 },
  ]);
  assertEquals(changes.map(({ clause, column, baseline, kind }) => [clause, column, baseline, kind]), [
    ["RTE-01", 1, 0, "worse"],
    ["RTE-01", 3, 2, "better"],
    ["RTY-01", 1, 0, "worse"],
  ]);
});

Deno.test("compareMeshes takes the worst of the cells that judged a clause, and no notice of a deviation's record", () => {
  const before = mesh("envoy", cell("a/one", result("RTE-01", "pass")), cell("a/two", deviating("RTE-05")));
  const after = mesh(
    "envoy",
    cell("a/one", result("RTE-01", "pass"), result("RTE-05", "fail")),
    cell("a/two", result("RTE-01", "fail")),
  );
  const { changes } = compareMeshes([{ mesh: before, baseline: undefined }, { mesh: after, baseline: 0 }]);
  assertEquals(changes.map(({ clause, after }) => [clause, after.verdict]), [["RTE-01", "fail"]]);
});

Deno.test("compareMeshes says nothing of a clause that only one side has, but names it", () => {
  const before = mesh("envoy", cell("a/one", result("RTE-01", "pass"), result("RTE-05", "pass")));
  const after = mesh("envoy", cell("a/one", result("RTE-05", "pass"), result("CFG-01", "fail")));
  const { changes, unmatched } = compareMeshes([{ mesh: before, baseline: undefined }, {
    mesh: after,
    baseline: 0,
  }]);
  assertEquals(changes, []);
  assertEquals(unmatched, [
    { column: 1, baseline: 0, onlyIn: "baseline", clauses: ["RTE-01"] },
    { column: 1, baseline: 0, onlyIn: "column", clauses: ["CFG-01"] },
  ]);
});
