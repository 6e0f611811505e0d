/** Where runs keep their books, and how a run is named. */

/** Environment variable that every child of a run carries; its value is the run id. */
export const OWNER_VARIABLE = "MESHPROOF_OWNER";

/** The state folder used when the caller names none: `.meshproof` in the working folder. */
export function defaultStateFolder(workingFolder: string = Deno.cwd()): string {
  return `${workingFolder}/.meshproof`;
}

/** Folder of the run ledgers. */
export function ledgerFolder(stateFolder: string): string {
  return `${stateFolder}/ledger`;
}

/** Path of one run's ledger. */
export function ledgerPath(stateFolder: string, runId: string): string {
  return `${ledgerFolder(stateFolder)}/${runId}.ndjson`;
}

/** Path at which a ledger is begun, before it is linked into its place; the pid is the harness's. */
export function draftPath(stateFolder: string, runId: string, pid: number): string {
  return `${ledgerFolder(stateFolder)}/.${runId}.${pid}.draft`;
}

/** Reads the file name of a draft; undefined for any other name. */
export function parseDraftName(name: string): { runId: string; pid: number } | undefined {
  const [, runId, pid] = /^\.(.+)\.(\d+)\.draft$/.exec(name) ?? [];
  return runId === undefined ? undefined : { runId, pid: Number(pid) };
}

/**
 * Names a run, so that names sort by time: `20261123-161844-123-seed42-p8941`.
 *
 * @param seed The run's seed.
 * @param startedAt When it began.
 * @param pid Keeps two harnesses apart that start in the same millisecond.
 */
export function newRunId(seed: number | string, startedAt: Date, pid: number = Deno.pid): string {
  const [date, time] = startedAt.toISOString().replaceAll(/[-:]/g, "").split("T") as [string, string];
  const [clock, fraction] = time.replace("Z", "").split(".") as [string, string];
  const id = `${date}-${clock}-${fraction}-seed${seed}-p${pid}`;
  assertRunId(id);
  return id;
}

/** A run id becomes part of file names and of an environment variable. */
export function assertRunId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(id)
      } as run id: expected 1 to 128 letters, digits, ".", "_" or "-", the first a letter or digit`,
    );
  }
}
