/** Waiting until a child does its work, or has died trying. */
import type { ProcessSpec, RunningProcess, Spawn } from "../model/process.ts";
import { within } from "./within.ts";

/** Bounds of a wait. */
export interface ReadyOptions {
  readonly timeoutMs: number;
  /** What is waited for, in words, for the error. */
  readonly what?: string;
}

/** A process ended, or the time was up, before it was ready. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/**
 * Starts a process and waits for the line of standard output that says it is ready.
 *
 * @param match Given every line; what it returns first that is not undefined is the result.
 * @returns The process and what `match` made of the line. `spec.onLine` still gets every line.
 * @throws {NotReadyError} Naming exit code and last lines; the process is gone by then.
 */
export async function spawnUntilLine<T>(
  spawn: Spawn,
  spec: ProcessSpec,
  match: (line: string) => T | undefined,
  options: ReadyOptions,
): Promise<{ process: RunningProcess; ready: T }> {
  const seen = Promise.withResolvers<{ value: T }>();
  let found = false;
  const process = await spawn({
    ...spec,
    onLine: (line) => {
      spec.onLine?.(line);
      if (found) return;
      const value = match(line);
      if (value === undefined) return;
      found = true;
      seen.resolve({ value });
    },
  });
  const ready = await awaitReady(process, () => seen.promise, { what: "its ready line", ...options });
  return { process, ready: ready.value };
}

/**
 * Waits for a condition of a process, unless it exits or the time is up first.
 *
 * @param condition Resolves when the process is ready; its signal is aborted when nobody waits any more.
 * @returns What the condition resolved to; a `ready` event is recorded.
 * @throws {NotReadyError} When the process exited or was too slow; it is ended by then. An error of `condition` passes through.
 */
export async function awaitReady<T>(
  process: RunningProcess,
  condition: (signal: AbortSignal) => Promise<T>,
  options: ReadyOptions,
): Promise<T> {
  const what = options.what ?? "readiness";
  const begin = performance.now();
  const giveUp = new AbortController();
  const met = condition(giveUp.signal).then((value) => ({ value }));
  // Once the wait is over, nobody looks at the condition any more; it may then fail unheard.
  met.catch(() => undefined);
  const ended = process.exited.then((status) => ({ status }));
  let outcome: { value: T } | { status: { code: number; signal: string | null } } | undefined;
  try {
    const settled = Promise.race([met, ended]).then((first) => outcome = first);
    await within(settled, options.timeoutMs);
    if (outcome !== undefined && "value" in outcome) {
      process.ready?.(`${what} after ${Math.round(performance.now() - begin)} ms`);
      return outcome.value;
    }
    const how = outcome === undefined
      ? `it was not there after ${options.timeoutMs} ms`
      : `it ended with ${
        outcome.status.signal === null ? `exit code ${outcome.status.code}` : outcome.status.signal
      }`;
    await process.kill();
    throw new NotReadyError(
      `"${process.name}" (pid ${process.pid}): expected ${what}, but ${how}. Its last lines:\n${
        process.tail() || "(none)"
      }`,
    );
  } catch (error) {
    await process.kill();
    throw error;
  } finally {
    giveUp.abort();
  }
}
