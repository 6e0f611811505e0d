import type { Verdict } from "../model/verdict.ts";
import { type CellOutcome, type CellPlan, runCell } from "./cell.ts";
import { cellLimit, schedule } from "./schedule.ts";
import type { Site } from "./site.ts";

/** All runs of one cell: a second one, alone, where the first was inconclusive. */
export interface CellRuns {
  readonly plan: CellPlan;
  readonly runs: readonly (CellOutcome & { readonly alone: boolean })[];
}

/** What happens while cells run, for whoever shows progress. */
export interface Progress {
  cellEnded?(outcome: CellOutcome, done: number, total: number): void;
  rerun?(plan: CellPlan): void;
}

/** How often cells are run. */
export interface RunCellsOptions {
  /** Counts repetitions of the whole from 1, so that each leaves histories of its own. @default 1 */
  readonly round?: number;
  /**
   * How often an inconclusive cell is run again, alone. More than once only where no verdict on a mesh comes of it: a
   * mesh gets no second chance, but a mutant is killed when it has been seen to fail. @default 1
   */
  readonly runsAlone?: number;
}

/**
 * Runs cells side by side; then each inconclusive one once more, alone.
 *
 * @throws The reason of the site's signal once that is aborted; every cell has ended by then.
 */
export async function runCells(
  site: Site,
  plans: readonly CellPlan[],
  progress: Progress = {},
  { round = 1, runsAlone = 1 }: RunCellsOptions = {},
): Promise<CellRuns[]> {
  const firstAttempt = (1 + runsAlone) * (round - 1) + 1;
  let done = 0;
  const first = await schedule(plans, cellLimit(site.runtime.kind), async (plan) => {
    const outcome = await runCell(site, plan, firstAttempt);
    // What an interrupt broke off is nobody's verdict.
    site.signal.throwIfAborted();
    progress.cellEnded?.(outcome, ++done, plans.length);
    return outcome;
  }, site.signal);
  const results: CellRuns[] = [];
  for (const outcome of first) {
    const runs = [{ ...outcome, alone: false }];
    for (let last = outcome; isInconclusive(last) && runs.length <= runsAlone;) {
      site.signal.throwIfAborted();
      progress.rerun?.(outcome.plan);
      last = await runCell(site, outcome.plan, firstAttempt + runs.length);
      runs.push({ ...last, alone: true });
      site.signal.throwIfAborted();
    }
    results.push({ plan: outcome.plan, runs });
  }
  return results;
}

function isInconclusive(outcome: CellOutcome): boolean {
  const verdicts: Verdict[] = outcome.verdicts.map((clause) => clause.verdict);
  return verdicts.includes("inconclusive");
}
