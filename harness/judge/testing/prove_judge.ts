import { assertEquals, assertMatch } from "@std/assert";
import { readPolicy } from "../../model/policy_file.ts";
import type { Policy } from "../../model/policy.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Verdict } from "../../model/verdict.ts";
import { judgeCell } from "../judge_cell.ts";
import type { HistoryBuilder } from "./history_builder.ts";

/** A history that a scenario's judge must not pass. */
export interface Breach {
  readonly history: HistoryBuilder;
  /** Verdict of the only clause, or of each clause that does not pass. Default: the first clause fails. */
  readonly verdict?: Verdict | Readonly<Record<string, Verdict>>;
  /** What the first clause that does not pass must say of what it saw. */
  readonly says?: RegExp;
}

/** Histories for one scenario's judge. */
export interface Proof {
  /** `import.meta.url` of the test, which stands beside the scenario and its policy. */
  readonly beside: string;
  /** Histories that keep every clause, by what they show; made from the policy, so that both speak of the same numbers. */
  readonly keeps: Readonly<Record<string, (policy: Policy) => HistoryBuilder>>;
  /** Histories that do not, by what is wrong with them. */
  readonly breaks: Readonly<Record<string, (policy: Policy) => Breach>>;
}

/** Registers a test for each history: that the scenario's judge tells the sound from the broken, without any process. */
export function proveJudge(scenario: Scenario, proof: Proof): void {
  const readOwnPolicy = () => readPolicy(decodeURIComponent(new URL(scenario.policy, proof.beside).pathname));
  for (const [name, history] of Object.entries(proof.keeps)) {
    Deno.test(`${scenario.id} passes: ${name}`, async () => {
      const policy = await readOwnPolicy();
      const verdicts = judgeCell(scenario, history(policy).events, policy);
      for (const verdict of verdicts) {
        assertEquals(
          verdict.verdict,
          "pass",
          `${verdict.id}: expected ${verdict.expected}; ${verdict.actual}`,
        );
      }
    });
  }
  for (const [name, breach] of Object.entries(proof.breaks)) {
    Deno.test(`${scenario.id} does not pass: ${name}`, async () => {
      const policy = await readOwnPolicy();
      const { history, verdict: wanted = "fail", says } = breach(policy);
      const verdicts = judgeCell(scenario, history.events, policy);
      const first = scenario.clauses[0] ?? "";
      const expected = typeof wanted === "string" ? { [first]: wanted } : wanted;
      const actual = verdicts.filter((clause) => clause.verdict !== "pass");
      const shown = Object.fromEntries(actual.map((clause) => [clause.id, clause.verdict]));
      assertEquals(shown, expected, verdicts.map((clause) => `${clause.id}: ${clause.actual}`).join("\n"));
      if (says !== undefined) assertMatch(actual[0]?.actual ?? "", says);
    });
  }
}
