import { assertEquals, assertMatch } from "@std/assert";
import { readPolicy } from "../../model/policy_file.ts";
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
  /** The scenario's file, such as `import.meta.url` resolved beside the test: its policy is read there. */
  readonly folder: string;
  /** Histories that keep every clause, by what they show. */
  readonly keeps: Readonly<Record<string, () => HistoryBuilder>>;
  /** Histories that do not, by what is wrong with them. */
  readonly breaks: Readonly<Record<string, () => Breach>>;
}

/** Registers a test for each history: that the scenario's judge tells the sound from the broken, without any process. */
export function proveJudge(scenario: Scenario, proof: Proof): void {
  const judge = async (history: HistoryBuilder) => {
    const path = decodeURIComponent(new URL(scenario.policy, proof.folder).pathname);
    return judgeCell(scenario, history.events, await readPolicy(path));
  };
  for (const [name, history] of Object.entries(proof.keeps)) {
    Deno.test(`${scenario.id} passes: ${name}`, async () => {
      const verdicts = await judge(history());
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
      const { history, verdict: wanted = "fail", says } = breach();
      const verdicts = await judge(history);
      const first = scenario.clauses[0] ?? "";
      const expected = typeof wanted === "string" ? { [first]: wanted } : wanted;
      const actual = verdicts.filter((clause) => clause.verdict !== "pass");
      const shown = Object.fromEntries(actual.map((clause) => [clause.id, clause.verdict]));
      assertEquals(shown, expected, verdicts.map((clause) => `${clause.id}: ${clause.actual}`).join("\n"));
      if (says !== undefined) assertMatch(actual[0]?.actual ?? "", says);
    });
  }
}
