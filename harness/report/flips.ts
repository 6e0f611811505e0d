import { compareIds } from "../model/shard.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Flip } from "./schema.ts";

/** A cell as one round of a run judged it. */
export interface JudgedCell {
  readonly mesh: string;
  readonly scenario: string;
  readonly clauses: readonly { readonly id: string; readonly verdict: Verdict }[];
}

/** The clauses that were not judged the same in every round, in the order of {@linkcode sortFlips}. */
export function flipsOf(rounds: readonly (readonly JudgedCell[])[]): Flip[] {
  const seen = new Map<string, Flip>();
  for (const { mesh, scenario, clauses } of rounds.flat()) {
    for (const { id, verdict } of clauses) {
      const key = `${mesh} ${scenario} ${id}`;
      const { verdicts } = seen.get(key) ?? { verdicts: [] };
      seen.set(key, { mesh, scenario, clause: id, verdicts: [...verdicts, verdict] });
    }
  }
  return sortFlips([...seen.values()].filter(({ verdicts }) => new Set(verdicts).size > 1));
}

/** By mesh, scenario and clause, whatever order the cells were run in. */
export function sortFlips(flips: readonly Flip[]): Flip[] {
  return [...flips].sort((a, b) =>
    compareIds(a.mesh, b.mesh) || compareIds(a.scenario, b.scenario) || compareIds(a.clause, b.clause)
  );
}

/** One flip as a line. */
export function flipInWords({ mesh, scenario, clause, verdicts }: Flip): string {
  return `${mesh} ${scenario} ${clause}: ${verdicts.join(", ")}`;
}
