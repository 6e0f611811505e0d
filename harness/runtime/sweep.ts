/** Undoing what harnesses left behind that did not come to tidy up. */
import { errorText } from "../model/error_text.ts";
import { RUN_LABEL } from "./docker/labels.ts";
import { type EngineObject, undoOnEngine } from "./docker/undo.ts";
import { hasEnded, isAlive, lookUp, thisMachine } from "./kernel.ts";
import { endProcess, killTagged } from "./kill.ts";
import { type LedgerContent, parseLedger } from "./ledger_line.ts";
import { removeFolder } from "./owned_folder.ts";
import { ledgerFolder, parseDraftName } from "./state_folder.ts";

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
  /** Containers and networks that were removed from their engine. */
  readonly engine: (EngineObject & { readonly runId: string })[];
  /** Foreign containers and networks under names that a ledger has; left alone. */
  readonly spared: (EngineObject & { readonly runId: string })[];
  /** What could not be undone, and why. Such a ledger stays. */
  readonly problems: string[];
}

/**
 * Looks at every run ledger in a state folder. Of each run whose harness is dead, kills the processes that are
 * left, removes the containers, networks and temporary folders, and then the ledger. A process is killed only if the ledger names its pid
 * together with its start time on this boot, or its environment carries the run's owner tag; so neither a
 * recycled pid nor a process that merely looks alike is touched. What is removed from a container engine carries the
 * run's label; see `docker/undo.ts`.
 */
export async function sweep(stateFolder: string, options: SweepOptions = {}): Promise<SweepResult> {
  const result: SweepResult = {
    ...{ live: [], swept: [], killed: [], removed: [], engine: [], spared: [], problems: [] },
  };
  for (const path of await ledgerPaths(stateFolder, options.runId)) {
    try {
      await sweepOne(path, options.dryRun ?? false, result);
    } catch (error) {
      // Another sweeper may have been faster.
      if (!(error instanceof Deno.errors.NotFound)) result.problems.push(errorText(error));
    }
  }
  await sweepDrafts(stateFolder, options, result);
  return result;
}

async function sweepOne(path: string, dryRun: boolean, result: SweepResult): Promise<void> {
  const content = parseLedger(await Deno.readTextFile(path), path);
  const { run } = content;
  const machine = await thisMachine();
  const sameBoot = run.boot === machine.boot;
  // In another container pids mean something else, so nothing can be said about that harness.
  if (sameBoot && (run.pidNamespace !== machine.pidNamespace || await isAlive(run))) {
    result.live.push(run.runId);
    return;
  }
  const problems = result.problems.length;
  // Where one way of undoing fails, the others are gone all the same.
  for (const undo of [...(sameBoot ? [killProcesses] : []), undoContainers, removeFolders]) {
    try {
      await undo(content, dryRun, result);
    } catch (error) {
      result.problems.push(
        `Cannot undo all of run ${run.runId}: ${errorText(error)}; its ledger ${path} stays`,
      );
    }
  }
  if (result.problems.length > problems) return;
  if (!dryRun) await Deno.remove(path);
  result.swept.push(run.runId);
}

/** A run that had nothing to do with containers does not so much as load the client of the engine. */
async function undoContainers(
  { run, engine, open }: LedgerContent,
  dryRun: boolean,
  result: SweepResult,
): Promise<void> {
  if (engine === undefined) return;
  try {
    const { removed, spared } = await undoOnEngine({ runId: run.runId, host: engine.host, open }, dryRun);
    const ofRun = (object: EngineObject) => ({ ...object, runId: run.runId });
    result.engine.push(...removed.map(ofRun));
    result.spared.push(...spared.map(ofRun));
  } catch (error) {
    throw new Error(
      `the containers and networks labelled ${RUN_LABEL}=${run.runId} at ${engine.host} may still be there: ${
        errorText(error)
      }; see that Docker runs there and may be reached, then run "clean"`,
    );
  }
}

async function removeFolders(
  { run, open }: LedgerContent,
  dryRun: boolean,
  result: SweepResult,
): Promise<void> {
  for (const { intent } of open) {
    if (intent.what !== "folder") continue;
    if (!isOwnFolder(intent.path, run.runId)) {
      result.problems.push(
        `Cannot remove ${intent.path} of run ${run.runId}: expected a folder named meshproof-${run.runId}-...; see its ledger`,
      );
      continue;
    }
    if (!dryRun) await removeFolder(intent.path);
    result.removed.push(intent.path);
  }
}

async function killProcesses(
  { run: { runId }, open }: LedgerContent,
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
  const names = (await namesIn(ledgerFolder(stateFolder))).filter((name) =>
    runId === undefined ? /^[^.].*\.ndjson$/.test(name) : name === `${runId}.ndjson`
  );
  return names.map((name) => `${ledgerFolder(stateFolder)}/${name}`);
}

/** Ledgers that never came to be, for their harness died while it wrote the first line; nothing else was made then. */
async function sweepDrafts(stateFolder: string, options: SweepOptions, result: SweepResult): Promise<void> {
  for (const name of await namesIn(ledgerFolder(stateFolder))) {
    const draft = parseDraftName(name);
    if (draft === undefined || (options.runId !== undefined && draft.runId !== options.runId)) continue;
    const harness = await lookUp(draft.pid);
    if (harness !== undefined && !hasEnded(harness)) {
      if (!result.live.includes(draft.runId)) result.live.push(draft.runId);
    } else if (options.dryRun !== true) {
      await Deno.remove(`${ledgerFolder(stateFolder)}/${name}`).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new Error(
      `Cannot read the run ledgers in ${folder}: ${
        errorText(error)
      }; expected a folder that can be read, so put what stands in its place elsewhere`,
    );
  }
}

/** A ledger is a file that anyone may have written to; what it may have removed is bounded by the name. */
function isOwnFolder(path: string, runId: string): boolean {
  const parts = path.split("/");
  return path.startsWith("/") && !parts.includes("..") &&
    (parts.at(-1) ?? "").startsWith(`meshproof-${runId}-`);
}
