import { assertEquals } from "@std/assert";
import type { Verdict } from "../model/verdict.ts";
import { flipInWords, flipsOf, type JudgedCell } from "./flips.ts";

function judged(mesh: string, scenario: string, verdicts: Record<string, Verdict>): JudgedCell {
  return { mesh, scenario, clauses: Object.entries(verdicts).map(([id, verdict]) => ({ id, verdict })) };
}

Deno.test("flipsOf finds the clauses that were judged differently, by mesh and scenario, whatever ran first", () => {
  const calm = judged("envoy", "routing/a", { "RTE-01": "pass" });
  const rounds = [
    [
      judged("reference", "routing/b", { "RTE-05": "fail", "RTE-01": "pass" }),
      calm,
      judged("envoy", "routing/b", { "RTE-05": "pass" }),
    ],
    [
      calm,
      judged("envoy", "routing/b", { "RTE-05": "vacuous" }),
      judged("reference", "routing/b", { "RTE-05": "pass", "RTE-01": "fail" }),
    ],
  ];
  assertEquals(flipsOf(rounds).map(flipInWords), [
    "envoy routing/b RTE-05: pass, vacuous",
    "reference routing/b RTE-01: pass, fail",
    "reference routing/b RTE-05: fail, pass",
  ]);
});

Deno.test("flipsOf finds none in one round, nor where rounds agree", () => {
  const cells = [judged("envoy", "routing/a", { "RTE-01": "fail" })];
  assertEquals(flipsOf([cells]), []);
  assertEquals(flipsOf([cells, cells, cells]), []);
});
