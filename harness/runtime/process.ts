/** Child processes that the run ledger owns. */
import type { Recorder } from "../model/event.ts";
import type { Spawn } from "../model/process.ts";
import { ChildProcess, GRACE_MS, ProcessStartError } from "./child_process.ts";
import { OutputLog } from "./process_output.ts";
import type { RunLedger } from "./run_ledger.ts";
import { killTagged } from "./kill.ts";

export { ProcessStartError };

/** What a process runtime needs. */
export interface ProcessRuntimeOptions {
  readonly ledger: RunLedger;
  /** Made when missing; each process logs to `<log folder>/<name>.log`. */
  readonly logFolder: string;
  /** Is told of starts, faults and ends, from source `engine`. */
  readonly recorder?: Recorder;
}

/** Starts processes and ends all that it started. */
export interface ProcessRuntime extends AsyncDisposable {
  readonly spawn: Spawn;
  /** Ends everything at once: SIGTERM, and SIGKILL after `graceMs` (default 2000). Nothing can be started after. */
  disposeAll(graceMs?: number): Promise<void>;
}

/**
 * Makes a process runtime. Every child is a process group of its own, so that Ctrl-C in a terminal reaches the
 * harness alone, and so that a program's own workers (nginx) share its fate.
 */
export function createProcessRuntime(options: ProcessRuntimeOptions): ProcessRuntime {
  const running = new Set<ChildProcess>();
  const groups = new Set<number>();
  let disposing: Promise<void> | undefined;

  const spawn: Spawn = async (spec) => {
    await Deno.mkdir(options.logFolder, { recursive: true });
    const log = await OutputLog.open(`${options.logFolder}/${fileName(spec.name)}.log`);
    if (disposing !== undefined) {
      log.close();
      throw new ProcessStartError(`Cannot start "${spec.name}": its runtime is being torn down`);
    }
    const child = ChildProcess.start(spec, log, options, () => running.delete(child));
    running.add(child);
    groups.add(child.pid);
    await child.enterLedger();
    return child;
  };

  const disposeAll = (graceMs = GRACE_MS): Promise<void> => {
    disposing ??= endAll(graceMs);
    return disposing;
  };

  const endAll = async (graceMs: number): Promise<void> => {
    await Promise.all([...running].map((child) => child.stop(graceMs)));
    // Programs that ended by themselves may have left workers behind; those are still in their group, and tagged.
    if (groups.size > 0) await killTagged(options.ledger.runId, (process) => groups.has(process.group));
  };
  return { spawn, disposeAll, [Symbol.asyncDispose]: () => disposeAll() };
}

function fileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
}
