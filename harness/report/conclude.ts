import { type Deviation, staleDeviations } from "./deviations.ts";
import { type Report, reportSchema } from "./schema.ts";
import { breachesOf, exitCodeOf, scoreOf, type StaleDeviation } from "./score.ts";

/** A report but for what follows from its cells; scores in it are of no account. */
export type Unconcluded = Omit<Report, "breaches" | "exitCode">;

/** A whole report, with the recorded deviations that it shows to be out of date. */
export interface Concluded {
  readonly report: Report;
  readonly stale: readonly StaleDeviation[];
}

/**
 * Says what follows from the cells of a run: breaches, scores, exit code. The one place for it, whether the cells were
 * just run, judged again, or gathered from several machines.
 */
export function conclude(unconcluded: Unconcluded, deviations: readonly Deviation[]): Concluded {
  const breaches = breachesOf(unconcluded.meshes);
  const meshes = unconcluded.meshes.map((mesh) => ({
    ...mesh,
    // When a control is breached, the harness itself is in doubt, and so is every score.
    score: breaches.length > 0 ? null : scoreOf(mesh),
  }));
  const stale = staleDeviations(meshes, deviations);
  const exitCode = exitCodeOf({ ...unconcluded, meshes, breaches }, stale);
  return { report: reportSchema.parse({ ...unconcluded, meshes, breaches, exitCode }), stale };
}
