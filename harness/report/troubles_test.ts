import { assertEquals } from "@std/assert";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";
import { troublesOf } from "./troubles.ts";

Deno.test("troublesOf tells every verdict that is neither kept, unsupported nor a failure of direct", () => {
  const troubles = troublesOf(report(
    mesh("direct", cell("a/one", result("RTE-01", "fail"), result("RTE-05", "error"))),
    mesh(
      "envoy",
      cell("a/one", result("RTE-01", "pass"), deviating("RTE-05"), result("RTE-07", "unsupported")),
      cell("a/two", result("RTY-01", "fail"), result("RTY-02", "vacuous"), result("RTY-06", "inconclusive")),
    ),
  ));
  assertEquals(troubles.map(({ mesh, cell, clause }) => `${mesh.name} ${cell.scenario} ${clause.id}`), [
    "direct a/one RTE-05",
    "envoy a/one RTE-05",
    "envoy a/two RTY-01",
    "envoy a/two RTY-02",
    "envoy a/two RTY-06",
  ]);
});
