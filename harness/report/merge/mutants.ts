import { compareIds } from "../../model/shard.ts";
import { killReport } from "../mutants.ts";
import type { MutantsReport } from "../schema.ts";
import { demandSame, gather, inOrder, type Share, sortedCommand, wholeCommand } from "./shares.ts";

/**
 * Makes of the shares of `mutants --shard` the kill matrix that one machine would have made.
 *
 * @param shares Every one, in any order.
 * @throws {MergeError} When they are not the shares of one kill matrix, or one is missing.
 */
export function mergeMutants(shares: readonly Share<MutantsReport>[]): MutantsReport {
  const ordered = inOrder(shares, ({ run }) => run);
  const said = (tell: (run: NonNullable<MutantsReport["run"]>) => string) => ({ run }: MutantsReport) =>
    run === undefined ? "none" : tell(run);
  demandSame(ordered, "version of Meshproof", said(({ version }) => version));
  demandSame(ordered, "commit", said(({ commit }) => commit));
  demandSame(ordered, "seed", ({ seed }) => String(seed));
  demandSame(ordered, "runtime", said(({ runtime }) => runtime));
  demandSame(ordered, "command", said(sortedCommand));
  const { document: first } = ordered[0];
  const scenarios = gather(
    ordered,
    (report) => report.scenarios,
    ({ id }) => id,
  ).sort((a, b) => compareIds(a.id, b.id));
  const mutants = gather(
    ordered,
    (report) => report.mutants,
    ({ scenario, id }) => `mutant ${id} of ${scenario}`,
  );
  return killReport({
    seed: first.seed,
    ...(first.run === undefined ? {} : { run: mergedRun(first.run) }),
    scenarios: scenarios.map(({ id }) => id),
    mutants,
  });
}

function mergedRun(run: NonNullable<MutantsReport["run"]>): MutantsReport["run"] {
  const { shard: _, ...rest } = run;
  return { ...rest, id: `${run.id}-merged`, command: wholeCommand(run) };
}
