import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Verdict } from "../model/verdict.ts";
import type { Paint } from "./matrix.ts";
import { killMatrix, type MutantRun, mutantsReport } from "./mutants.ts";

const plain: Paint = (_kind, text) => text;

function run(
  id: string,
  scenario: string,
  clause: string,
  ...verdicts: readonly (readonly [string, Verdict])[]
): MutantRun {
  return {
    mutant: { id, clause },
    scenario,
    verdicts: verdicts.map(([clauseId, verdict]) => ({
      id: clauseId,
      verdict,
      expected: "",
      actual: `${clauseId} seen as ${verdict}`,
      evidence: [],
    })),
  };
}

const REPORT = mutantsReport(7, ["routing/a", "routing/b", "retrying/c"], [
  run("header-ignored", "routing/a", "RTE-01", ["RTE-01", "fail"], ["RTE-05", "pass"]),
  run("header-prefix", "routing/a", "RTE-01", ["RTE-01", "fail"]),
  run("split-off", "routing/b", "RTE-05", ["RTE-05", "pass"]),
  run("split-doubtful", "routing/b", "RTE-05", ["RTE-05", "inconclusive"]),
  run("retry-broken", "retrying/c", "RTY-01", ["RTY-01", "error"]),
  run("retry-unseen", "retrying/c", "RTY-01", ["RTY-01", "vacuous"]),
  run("retry-elsewhere", "retrying/c", "RTY-02", ["RTY-01", "fail"]),
]);

Deno.test("mutantsReport counts a mutant as killed when its own clause fails, and by nothing else", () => {
  assertEquals([REPORT.total, REPORT.killed], [7, 2]);
  assertEquals(REPORT.survivors, [
    "split-off",
    "split-doubtful",
    "retry-broken",
    "retry-unseen",
    "retry-elsewhere",
  ]);
  assertEquals(REPORT.mutants.map(({ id, verdict }) => [id, verdict]), [
    ["header-ignored", "fail"],
    ["header-prefix", "fail"],
    ["split-off", "pass"],
    ["split-doubtful", "inconclusive"],
    ["retry-broken", "error"],
    ["retry-unseen", "vacuous"],
    ["retry-elsewhere", "error"],
  ]);
});

Deno.test("mutantsReport says when the scenario does not judge the mutant's clause", () => {
  const elsewhere = REPORT.mutants.find(({ id }) => id === "retry-elsewhere");
  assertEquals(elsewhere?.actual, "retrying/c does not judge RTY-02");
});

Deno.test("mutantsReport counts the kills of each scenario, also of one that killed none or ran none", () => {
  assertEquals(REPORT.scenarios, [
    { id: "routing/a", kills: 2 },
    { id: "routing/b", kills: 0 },
    { id: "retrying/c", kills: 0 },
  ]);
});

Deno.test("killMatrix shows the survivors, the count, and the scenarios that cannot fail", () => {
  const text = killMatrix(REPORT, plain);
  assertStringIncludes(text, "SURVIVES");
  assertStringIncludes(text, "2 of 7 mutants killed");
  assertStringIncludes(text, "scenarios that kill no mutant, and so cannot fail: routing/b, retrying/c");
  const rows = text.split("\n").map((line) => /header-\w+|split-\w+|retry-\w+/.exec(line)?.[0]).filter(
    Boolean,
  );
  assertEquals(rows.slice(0, 4), ["header-ignored", "header-prefix", "split-doubtful", "split-off"]);
});

Deno.test("killMatrix has no word on idle scenarios when there is none", () => {
  const text = killMatrix(
    mutantsReport(7, ["routing/a"], [run("header-ignored", "routing/a", "RTE-01", ["RTE-01", "fail"])]),
    plain,
  );
  assert(!text.includes("cannot fail") && !text.includes("SURVIVES"), text);
  assertStringIncludes(text, "1 of 1 mutants killed");
});
