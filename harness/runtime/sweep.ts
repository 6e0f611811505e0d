/** Undoing what harnesses left behind that did not come to tidy up. */
import { errorText } from "../model/error_text.ts";
import { isAlive, thisMachine } from "./kernel.ts";
import { endProcess, killTagged } from "./kill.ts";
import { type LedgerContent, parseLedger } from "./ledger_line.ts";
import { removeFolder } from "./owned_folder.ts";
import { ledgerFolder } from "./state_folder.ts";

/** What a sweep is asked to do. */
export interface SweepOptions {
  /** Only this run's ledger. Default: all. */
  readonly runId?: string;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

/** What a sweep did (or, dry, would do). */
export interface SweepResult {
  /** Runs whose harness is alive, or lives where this machine cannot see it; left alone. */
  readonly live: string[];
  /** Runs whose harness is dead, and whose ledger is gone now. */
  readonly swept: string[];
  readonly killed: { readonly runId: string; readonly pid: number; readonly name: string }[];
  readonly removed: string[];
  /** What could not be undone, and why. Such a ledger stays. */
  readonly problems: string[];
}

/**
 * Looks at every run ledger in a state folder. Of each run whose harness is dead, kills the processes that are
 * left, removes the temporary folders and then the ledger. A process is killed only if the ledger names its pid
 * together with its start time on this boot, or its environment carries the run's owner tag; so neither a
 * recycled pid nor a process that merely looks alike is touched.
 */
export async function sweep(stateFolder: string, options: SweepOptions = {}): Promise<SweepResult> {
  const result: SweepResult = { live: [], swept: [], killed: [], removed: [], problems: [] };
  for (const path of await ledgerPaths(stateFolder, options.runId)) {
    try {
      await sweepOne(path, options.dryRun ?? false, result);
    } catch (error) {
      // Another sweeper may have been faster.
      if (!(error instanceof Deno.errors.NotFound)) result.problems.push(errorText(error));
    }
  }
  return result;
}

async function sweepOne(path: string, dryRun: boolean, result: SweepResult): Promise<void> {
  const { run, open } = parseLedger(await Deno.readTextFile(path), path);
  const machine = await thisMachine();
  const sameBoot = run.boot === machine.boot;
  // In another container pids mean something else, so nothing can be said about that harness.
  if (sameBoot && (run.pidNamespace !== machine.pidNamespace || await isAlive(run))) {
    result.live.push(run.runId);
    return;
  }
  const problems = result.problems.length;
  if (sameBoot) await killProcesses(run.runId, open, dryRun, result);
  for (const { intent } of open) {
    if (intent.what !== "folder") continue;
    if (!isOwnFolder(intent.path, run.runId)) {
      result.problems.push(
        `Cannot remove ${intent.path} of run ${run.runId}: expected a folder named meshproof-${run.runId}-...; see ${path}`,
      );
      continue;
    }
    if (!dryRun) await removeFolder(intent.path);
    result.removed.push(intent.path);
  }
  if (result.problems.length > problems) return;
  if (!dryRun) await Deno.remove(path);
  result.swept.push(run.runId);
}

async function killProcesses(
  runId: string,
  open: LedgerContent["open"],
  dryRun: boolean,
  result: SweepResult,
): Promise<void> {
  for (const { intent, started } of open) {
    if (intent.what !== "process" || started === undefined || !await isAlive(started)) continue;
    if (dryRun || await endProcess(started.pid, started.start)) {
      result.killed.push({ runId, pid: started.pid, name: intent.name });
    }
  }
  if (dryRun) return;
  const tagged = await killTagged(runId);
  if (tagged !== undefined) {
    result.killed.push(...tagged.map((pid) => ({ runId, pid, name: "(by its owner tag)" })));
    return;
  }
  // Without a look at environments, a process between its intent and its started line cannot be found.
  for (const { intent, started } of open) {
    if (intent.what === "process" && started === undefined) {
      result.problems.push(
        `Cannot tell whether "${intent.name}" (${intent.command}) of run ${runId} is still there: ${Deno.build.os} shows no environments; look for it by hand`,
      );
    }
  }
}

async function ledgerPaths(stateFolder: string, runId: string | undefined): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(ledgerFolder(stateFolder))) {
      if (!entry.name.endsWith(".ndjson")) continue;
      if (runId === undefined || entry.name === `${runId}.ndjson`) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new Error(
        `Cannot read the run ledgers in ${ledgerFolder(stateFolder)}: ${
          errorText(error)
        }; expected a folder that can be read, so put what stands in its place elsewhere`,
      );
    }
  }
  return names.sort().map((name) => `${ledgerFolder(stateFolder)}/${name}`);
}

/** A ledger is a file that anyone may have written to; what it may have removed is bounded by the name. */
function isOwnFolder(path: string, runId: string): boolean {
  const parts = path.split("/");
  return path.startsWith("/") && !parts.includes("..") &&
    (parts.at(-1) ?? "").startsWith(`meshproof-${runId}-`);
}
