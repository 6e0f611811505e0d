import { pause } from "../model/pause.ts";
import type { CallPlan } from "./plan/call_plan.ts";

/** Makes the call that is due at `plannedT` (recorder's clock); `index` counts from 0. */
export type PlannedCall<Result> = (index: number, plannedT: number) => Promise<Result>;

/** What {@linkcode drive} needs beside the call and the plan. */
export interface DriveOptions {
  /** The recorder's clock. */
  readonly now: () => number;
  /** Ends the driving early: no further call is started, those in flight are awaited. */
  readonly signal?: AbortSignal;
  /** Most calls in flight in an open loop; reaching it is an error, since the plan can then not be kept. @default 10000 */
  readonly maxInFlight?: number;
}

/** What a driven load came to. */
export interface Driven<Result> {
  /** In the order of their index. */
  readonly results: readonly Result[];
  /** Most that a call was started after it was due, in milliseconds. */
  readonly maxStartLagMs: number;
  /** Highest number of calls in flight. */
  readonly maxInFlight: number;
}

/**
 * Makes calls as a plan wants them and awaits them all. An open plan never waits for an answer: a slow subject
 * does not slow the load, and a late start counts against the response time by way of `plannedT`.
 *
 * @param call Makes one call.
 * @param plan When each call is due.
 * @param options Clock, and bounds.
 * @throws What `call` rejected with first, after all calls in flight have ended; RangeError when an open loop
 * holds more than `maxInFlight` calls.
 */
export async function drive<Result>(
  call: PlannedCall<Result>,
  plan: CallPlan,
  options: DriveOptions,
): Promise<Driven<Result>> {
  const { now, signal, maxInFlight: limit = 10_000 } = options;
  const results: Result[] = [];
  const failures: unknown[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  let maxStartLagMs = 0;
  const isStopped = () => signal?.aborted === true || failures.length > 0;

  const start = async (index: number, plannedT: number): Promise<void> => {
    maxInFlight = Math.max(maxInFlight, ++inFlight);
    maxStartLagMs = Math.max(maxStartLagMs, now() - plannedT);
    try {
      results[index] = await call(index, plannedT);
    } catch (error) {
      failures.push(error);
    } finally {
      inFlight--;
    }
  };

  if (plan.kind === "closed") {
    let next = 0;
    const worker = async () => {
      while (next < plan.total && !isStopped()) await start(next++, now());
    };
    await Promise.all(Array.from({ length: Math.min(plan.concurrency, plan.total) }, worker));
  } else {
    const started = new Set<Promise<void>>();
    const beganT = now();
    let index = 0;
    for (const dueMs of plan.dueMs) {
      const plannedT = beganT + dueMs;
      await until(plannedT, now, signal);
      if (isStopped()) break;
      if (inFlight >= limit) {
        failures.push(
          new RangeError(
            `Cannot keep the plan as calls in flight must stay below ${limit}: call ${index} is due and ` +
              `${inFlight} are in flight; lower the rate or the deadline`,
          ),
        );
        break;
      }
      const call = start(index++, plannedT);
      started.add(call);
      void call.then(() => started.delete(call));
    }
    await Promise.all(started);
  }
  if (failures.length > 0) throw failures[0];
  return { results: results.filter(() => true), maxStartLagMs, maxInFlight };
}

/** Resolves at once when `t` has passed, so that calls that are overdue go out in one burst. */
async function until(t: number, now: () => number, signal: AbortSignal | undefined): Promise<void> {
  for (let waitMs = t - now(); waitMs > 0 && !signal?.aborted; waitMs = t - now()) {
    await pause(waitMs, signal);
  }
}
