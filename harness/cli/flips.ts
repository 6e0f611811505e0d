import { cellName } from "../engine/cell.ts";
import type { CellRuns } from "../engine/run_cells.ts";

/** The verdicts that were not the same in every round, each in a line of words. */
export function flipsOf(rounds: readonly (readonly CellRuns[])[]): string[] {
  const seen = new Map<string, string[]>();
  for (const cells of rounds) {
    for (const { plan, runs } of cells) {
      for (const clause of runs.at(-1)?.verdicts ?? []) {
        const key = `${cellName(plan)} ${clause.id}`;
        seen.set(key, [...seen.get(key) ?? [], clause.verdict]);
      }
    }
  }
  return [...seen].filter(([, verdicts]) => new Set(verdicts).size > 1)
    .map(([key, verdicts]) => `${key}: ${verdicts.join(", ")}`);
}
