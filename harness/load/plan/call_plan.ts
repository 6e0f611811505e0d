/** Plans for calls that are promises: how many, and when each of them is due. */
import type { RatePlan } from "./arrival_plan.ts";
import { eachDueTime } from "./due_times.ts";

/** Calls are due at fixed moments, whether or not earlier ones have ended (open loop). */
export interface OpenCalls {
  readonly kind: "open";
  readonly total: number;
  /** Milliseconds after the start at which each call is due, ascending. */
  readonly dueMs: Iterable<number>;
}

/** The next call is due when one of a fixed number of callers is free (closed loop). */
export interface ClosedCalls {
  readonly kind: "closed";
  readonly total: number;
  readonly concurrency: number;
}

export type CallPlan = OpenCalls | ClosedCalls;

/**
 * `n` calls by at most `concurrency` callers, each of which waits for its answer before it calls again.
 *
 * @throws {RangeError} When concurrency is not a whole number above zero, or n is not a whole number.
 */
export function closedLoop(concurrency: number, n: number): ClosedCalls {
  checkCount("n", n, 0);
  checkCount("concurrency", concurrency, 1);
  return { kind: "closed", total: n, concurrency };
}

/**
 * `n` calls, evenly spaced; the first is due at once.
 *
 * @param n Calls; infinite for a load that goes on until it is stopped. @default Infinity
 * @throws {RangeError} When the rate is not above zero, or n is not a whole number.
 */
export function constantRate(perSecond: number, n: number = Infinity): OpenCalls {
  return openCalls(perSecond, n, { spacing: "even", seed: 0, name: "" });
}

/**
 * `n` calls with exponentially distributed gaps (a Poisson process), the same for the same seed.
 *
 * @throws {RangeError} When the rate is not above zero, or n is not a whole number.
 */
export function poissonRate(perSecond: number, n: number, seed: number, name: string): OpenCalls {
  return openCalls(perSecond, n, { spacing: "poisson", seed, name });
}

function openCalls(
  perSecond: number,
  n: number,
  chance: Pick<RatePlan, "spacing" | "seed" | "name">,
): OpenCalls {
  checkCount("n", n, 0);
  if (!Number.isFinite(perSecond) || perSecond <= 0) {
    throw new RangeError(`Cannot plan calls as perSecond must be above 0: current value is ${perSecond}`);
  }
  const plan: RatePlan = {
    kind: "rate",
    curve: { stretches: [{ fromPerSecond: perSecond, toPerSecond: perSecond }] },
    ...chance,
    ...(n === Infinity ? {} : { requests: n }),
  };
  return { kind: "open", total: n, dueMs: { [Symbol.iterator]: () => eachDueTime(plan) } };
}

function checkCount(name: string, value: number, least: number): void {
  if ((Number.isInteger(value) || value === Infinity) && value >= least) return;
  throw new RangeError(
    `Cannot plan calls as ${name} must be a whole number of at least ${least}: current value is ${value}`,
  );
}
