/** Drives a target by a plan: every planned attempt is begun, or said not to have been. */
import { pause } from "../../model/pause.ts";
import { OUTCOME } from "../attempt.ts";
import type { LoadTarget, PreparedRequest } from "../target.ts";
import { Doorbell } from "./doorbell.ts";
import type { EndedAttempts } from "./ended_attempts.ts";
import { LoopDelay, watchLoop } from "./loop_delay.ts";
import { turns, Waiting } from "./waiting.ts";

/** What the attempt of an index sends. */
export type RequestOf = (index: number) => PreparedRequest;

/** What paces have in common. */
export interface PaceOptions {
  readonly target: LoadTarget;
  /** The target's own sink. */
  readonly ended: EndedAttempts;
  readonly requestOf: RequestOf;
  readonly timeoutMs: number;
  /** Ends the load: what is in flight then is left to the target, whose disposal cancels it. */
  readonly signal?: AbortSignal;
  /** Told, many times a second, for how long an answer that came then waited for the event loop, in milliseconds. */
  readonly onDelay?: (delayMs: number) => void;
}

/** An open loop's own. */
export interface OpenPaceOptions extends PaceOptions {
  /** Moment of `performance.now()` from which the due times count. */
  readonly startT: number;
  /** Milliseconds after the start, ascending. */
  readonly dueTimes: Iterable<Float64Array>;
  /** Attempts that are due beyond so many in flight are shed. */
  readonly maxInFlight: number;
}

/** So many attempts that are overdue leave in one write, before sockets are read again. */
const BATCH_LENGTH = 512;

/**
 * Sends each attempt when it is due, whatever became of earlier ones, and awaits the end of all.
 *
 * @returns How many attempts were planned: those that were due before the signal, or all of them.
 */
export async function paceOpen(options: OpenPaceOptions): Promise<number> {
  const { target, ended, requestOf, timeoutMs, signal, onDelay, startT, maxInFlight } = options;
  using doorbell = await Doorbell.open();
  const waiting = new Waiting(doorbell);
  const delay = onDelay === undefined ? undefined : new LoopDelay(onDelay);
  let index = 0;
  for (const chunk of options.dueTimes) {
    for (let at = 0; at < chunk.length;) {
      let nowT = performance.now();
      let dueT = startT + (chunk[at] as number);
      while (dueT > nowT) {
        if (signal?.aborted) return index;
        const wakeT = nowT;
        const sleptMs = await waiting.step(dueT - nowT, target.inFlight > 0);
        nowT = performance.now();
        delay?.note(nowT, nowT - wakeT - sleptMs);
      }
      const batchEnd = Math.min(chunk.length, at + BATCH_LENGTH);
      for (; at < batchEnd && dueT <= nowT; at++) {
        if (signal?.aborted) ended.skip(index++, dueT, OUTCOME.cancelled);
        else if (target.inFlight >= maxInFlight) ended.skip(index++, dueT, OUTCOME.shed);
        else {
          target.send(index, dueT, requestOf(index), timeoutMs);
          index++;
        }
        waiting.kept(dueT);
        dueT = startT + (chunk[at + 1] as number);
      }
      target.flush();
      // Behind the plan: answers must be read all the same.
      if (dueT <= nowT && !signal?.aborted) await waiting.step(0, true);
    }
  }
  await ended.until(index, signal);
  return index;
}

/** A closed loop's own. */
export interface ClosedPaceOptions extends PaceOptions {
  readonly concurrency: number;
  /** @default Infinity */
  readonly requests?: number;
  /** No attempt is begun later after the start than this. @default Infinity */
  readonly durationMs?: number;
  readonly startT: number;
}

/**
 * Keeps a number of attempts in flight until there were enough of them, and awaits the end of all. An attempt is planned
 * for the moment at which there was room for it.
 *
 * @returns How many attempts were planned.
 */
export async function paceClosed(options: ClosedPaceOptions): Promise<number> {
  const { target, ended, requestOf, timeoutMs, signal, startT } = options;
  const { concurrency, requests = Infinity, durationMs = Infinity } = options;
  const endT = startT + durationMs;
  let index = 0;
  let unsentBefore = 0;
  let isScheduled = false;
  let failure: { readonly error: unknown } | undefined;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => finish = resolve);

  const fill = () => {
    isScheduled = false;
    const nowT = performance.now();
    const isOver = nowT >= endT || signal?.aborted === true || failure !== undefined;
    try {
      while (!isOver && index < requests && index - ended.ended < concurrency) {
        const request = requestOf(index);
        target.send(index++, nowT, request, timeoutMs);
      }
      target.flush();
    } catch (error) {
      failure = { error };
    }
    const isEnough = isOver || index >= requests || failure !== undefined;
    if (isEnough && (ended.ended >= index || signal?.aborted || failure !== undefined)) finish();
  };
  ended.onEnd = () => {
    if (isScheduled) return;
    isScheduled = true;
    // After all that came in one read, so that what follows it leaves in one write. But attempts that were never sent
    // may end without any work of the event loop: it must get its turn, or nothing else ever would.
    const isBroken = ended.unsent > unsentBefore;
    unsentBefore = ended.unsent;
    if (isBroken) void turns(1).then(fill);
    else queueMicrotask(fill);
  };
  while (performance.now() < startT && !signal?.aborted) await pause(startT - performance.now(), signal);
  signal?.addEventListener("abort", finish, { once: true });
  {
    using _watch = options.onDelay === undefined ? undefined : watchLoop(options.onDelay);
    fill();
    await finished;
  }
  signal?.removeEventListener("abort", finish);
  ended.onEnd = undefined;
  if (failure !== undefined) throw failure.error;
  return index;
}
