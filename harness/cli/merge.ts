import { Command } from "commander";
import project from "../../deno.json" with { type: "json" };
import { readDeviations } from "../report/deviations.ts";
import { mergeMutants } from "../report/merge/mutants.ts";
import { mergeRuns } from "../report/merge/runs.ts";
import { MergeError } from "../report/merge/shares.ts";
import type { MutantsReport, Report } from "../report/schema.ts";
import { UsageError } from "./exit.ts";
import { makeOut, REPORTS } from "./folders.ts";
import { copyFiles, planCopies } from "./merged_files.ts";
import { exitCodeOfMutants, printMutants, writeMutants } from "./show_mutants.ts";
import { printReport, writeReport } from "./show_report.ts";
import { readRunOrMutants, type StoredMutants, type StoredRun } from "./stored_run.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

interface MergeOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** A share of either kind, by the name that the user gave it. */
type Named<Stored> = Stored & { readonly name: string };

/** `merge`: makes of the shares that several machines ran the report that one would have made. */
export function mergeCommand(setExitCode: (code: number) => void): Command {
  return new Command("merge")
    .description(
      "Make of the shares of a run, or of mutants (--shard i/n), the report that one machine would have made.",
    )
    .argument("<share...>", "folders or ids of all the shares, in any order")
    .option("--out <dir>", "folder of the report (default: reports/<run id>)")
    .option("--json", "print the merged report as JSON and nothing else")
    .action(async (names: string[], options: MergeOptions) => setExitCode(await merge(names, options)));
}

async function merge(names: readonly string[], options: MergeOptions): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  const runs: Named<StoredRun>[] = [];
  const mutants: Named<StoredMutants>[] = [];
  for (const name of names) {
    const found = await readRunOrMutants(name);
    if ("run" in found) runs.push({ name, ...found.run });
    else mutants.push({ name, ...found.mutants });
  }
  const [run] = runs;
  const [matrix] = mutants;
  if (run !== undefined && matrix !== undefined) {
    throw new UsageError(
      `${matrix.name}: expected a share of a run, as ${run.name} is, found one of mutants; merge each by itself`,
    );
  }
  try {
    return matrix === undefined
      ? await mergeStoredRuns(runs, options, terminal)
      : await mergeStoredMutants(mutants, options, terminal);
  } catch (error) {
    if (error instanceof MergeError) throw new UsageError(`merge: ${error.message}`);
    throw error;
  }
}

async function mergeStoredRuns(
  shares: readonly Named<StoredRun>[],
  options: MergeOptions,
  terminal: Terminal,
): Promise<number> {
  const { report, stale } = mergeRuns(asShares(shares), await readDeviations());
  demandOwnVersion(shares, ({ run }) => run.version);
  const out = options.out ?? `${REPORTS}/${report.run.id}`;
  await bring(shares, historiesOf, ({ run }) => run.shard?.index ?? 1, out, terminal);
  await writeReport(out, report);
  printReport(report, stale, out, options.json ?? false, terminal);
  return report.exitCode;
}

async function mergeStoredMutants(
  shares: readonly Named<StoredMutants>[],
  options: MergeOptions,
  terminal: Terminal,
): Promise<number> {
  const report = mergeMutants(asShares(shares));
  demandOwnVersion(shares, ({ run }) => run?.version);
  const out = options.out ?? `${REPORTS}/${report.run?.id}`;
  // A kill matrix names no histories.
  await bring(shares, () => [], ({ run }) => run?.shard?.index ?? 1, out, terminal);
  await writeMutants(out, report);
  printMutants(report, out, options.json ?? false, terminal);
  return exitCodeOfMutants(report);
}

/** Copies what the shares left beside their reports. Nothing is written unless all of it is there. */
async function bring<Document>(
  shares: readonly Named<{ readonly folder: string; readonly report: Document }>[],
  histories: (report: Document) => readonly string[],
  indexOf: (report: Document) => number,
  out: string,
  terminal: Terminal,
): Promise<void> {
  const copies = await planCopies(shares.map(({ folder, report }) => ({
    folder,
    index: indexOf(report),
    histories: histories(report),
  })));
  await makeOut(out);
  const place = await Deno.realPath(out);
  for (const { folder } of shares) {
    if (await Deno.realPath(folder) === place) {
      throw new UsageError(`--out ${out}: expected a folder of its own, found that of the share ${folder}`);
    }
  }
  terminal.say(`merging ${shares.length} shares, ${copies.length} files of histories and logs`);
  await copyFiles(copies, out);
}

/** Another version may judge, score or count otherwise; what it would make of the shares is not what ran them. */
function demandOwnVersion<Document>(
  shares: readonly Named<{ readonly report: Document }>[],
  versionOf: (report: Document) => string | undefined,
): void {
  for (const { name, report } of shares) {
    const version = versionOf(report) ?? "none";
    if (version === project.version) continue;
    throw new UsageError(
      `${name}: expected a share that Meshproof ${project.version} ran, found version ${version}; ` +
        "merge with the version that ran it",
    );
  }
}

function asShares<Document extends Report | MutantsReport>(
  stored: readonly Named<{ readonly report: Document }>[],
): { readonly name: string; readonly document: Document }[] {
  return stored.map(({ name, report }) => ({ name, document: report }));
}

function historiesOf({ meshes }: Report): string[] {
  return meshes.flatMap(({ cells }) => cells.flatMap(({ runs }) => runs.map(({ history }) => history)));
}
