/** Arrival plans: how many calls, and when each of them is due. */
import { randomStream } from "../model/random.ts";

/** Calls are due at fixed moments, whether or not earlier ones have ended (open loop). */
export interface OpenPlan {
  readonly kind: "open";
  readonly total: number;
  /** Milliseconds after the start at which each call is due, ascending. */
  readonly dueMs: Iterable<number>;
}

/** The next call is due when one of a fixed number of callers is free (closed loop). */
export interface ClosedPlan {
  readonly kind: "closed";
  readonly total: number;
  readonly concurrency: number;
}

export type Plan = OpenPlan | ClosedPlan;

/**
 * `n` calls by at most `concurrency` callers, each of which waits for its answer before it calls again.
 *
 * @throws {RangeError} When concurrency is not a whole number above zero, or n is not a whole number.
 */
export function closedLoop(concurrency: number, n: number): ClosedPlan {
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
export function constantRate(perSecond: number, n: number = Infinity): OpenPlan {
  checkCount("n", n, 0);
  checkRate(perSecond);
  // From the index each time: adding up the interval would let the rounding drift.
  return openPlan(n, function* () {
    for (let index = 0; index < n; index++) yield index * 1000 / perSecond;
  });
}

/**
 * `n` calls with exponentially distributed gaps (a Poisson process), the same for the same seed.
 *
 * @throws {RangeError} When the rate is not above zero, or n is not a whole number.
 */
export function poissonRate(perSecond: number, n: number, seed: number, name: string): OpenPlan {
  checkCount("n", n, 0);
  checkRate(perSecond);
  return openPlan(n, function* () {
    const random = randomStream(seed, "arrival", name);
    let dueMs = 0;
    for (let index = 0; index < n; index++) {
      yield dueMs;
      dueMs -= Math.log(1 - random()) * 1000 / perSecond;
    }
  });
}

function openPlan(total: number, dueMs: () => Iterator<number>): OpenPlan {
  return { kind: "open", total, dueMs: { [Symbol.iterator]: dueMs } };
}

function checkCount(name: string, value: number, least: number): void {
  if ((Number.isInteger(value) || value === Infinity) && value >= least) return;
  throw new RangeError(
    `Cannot plan calls as ${name} must be a whole number of at least ${least}: current value is ${value}`,
  );
}

function checkRate(perSecond: number): void {
  if (Number.isFinite(perSecond) && perSecond > 0) return;
  throw new RangeError(`Cannot plan calls as perSecond must be above 0: current value is ${perSecond}`);
}
