/** Response times that theory knows, to hold what was measured against. */
import { randomStream } from "../../model/random.ts";

/**
 * Delays that are an exponential distribution without chance: one value in the middle of each of so many equal shares, in
 * an order that the seed shuffles. Their quantiles are the distribution's own, not those of a sample of it.
 *
 * @param count How many.
 * @param meanMs Of the distribution.
 * @returns Milliseconds.
 */
export function exponentialDelays(count: number, meanMs: number, seed: number): Float64Array {
  const delays = Float64Array.from(
    { length: count },
    (_, index) => -Math.log(1 - (index + 0.5) / count) * meanMs,
  );
  const random = randomStream(seed, "self-test", "delays");
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [delays[last], delays[other]] = [delays[other] as number, delays[last] as number];
  }
  return delays;
}

/** Quantile of the exponential distribution, in the unit of its mean. */
export function exponentialQuantile(percent: number, meanMs: number): number {
  return -Math.log(1 - percent / 100) * meanMs;
}

/**
 * Quantile of the response times when a server that answers after `delayMs` stands still once, and the load goes on: what
 * was due meanwhile waits for the rest of it, evenly spread, and beyond that `delayMs`.
 *
 * @param durationMs Of the load, at one rate.
 */
export function stalledQuantile(
  percent: number,
  stallMs: number,
  durationMs: number,
  delayMs: number,
): number {
  const beyondMs = (1 - percent / 100) * durationMs;
  return delayMs + Math.max(0, stallMs - beyondMs);
}
