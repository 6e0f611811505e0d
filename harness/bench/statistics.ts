/** Statistics of paired measurements: few rounds, any distribution, now and then a round that something disturbed. */

/** An interval and how sure it is. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Chance that it covers the true median, for independent rounds of any one distribution. */
  readonly confidence: number;
}

/** The confidence that is asked for. */
export const CONFIDENCE = 0.95;

/** @throws {RangeError} When there is no value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError("Cannot give a median as there must be a value: there is none");
  }
  return (lower + upper) / 2;
}

/**
 * The quantile of sorted values by nearest rank: the smallest that is at least as large as that share of them.
 *
 * @param share 0 to 1.
 * @throws {RangeError} When there is no value.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) {
    throw new RangeError("Cannot give a quantile as there must be a value: there is none");
  }
  return value;
}

/**
 * Exact interval for the median by order statistics, from the sign test (Conover, Practical Nonparametric Statistics,
 * 3.2): between the k-th smallest and the k-th largest value, with the largest k that still has the confidence asked
 * for. Fewer than six values cannot give 95 %; then it is their range, with the confidence that this has.
 */
export function medianInterval(values: readonly number[], confidence = CONFIDENCE): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  let rank = 1;
  while (2 * (rank + 1) <= count && coverage(count, rank + 1) >= confidence) rank++;
  const low = sorted[rank - 1];
  const high = sorted[count - rank];
  if (low === undefined || high === undefined) {
    throw new RangeError("Cannot give an interval as there must be a value: there is none");
  }
  return { low, high, confidence: coverage(count, rank) };
}

/** Chance that the true median lies between the `rank`-th smallest and the `rank`-th largest of so many values. */
function coverage(count: number, rank: number): number {
  let term = 0.5 ** count;
  let tail = 0;
  for (let below = 0; below < rank; below++) {
    tail += term;
    term *= (count - below) / (below + 1);
  }
  return Math.max(0, 1 - 2 * tail);
}

/**
 * The floor below which a difference means nothing: by what factor neighbouring measurements of one and the same thing
 * differ, the median of max(a/b, b/a).
 *
 * @param values In the order in which they were measured.
 * @returns undefined for fewer than two values.
 */
export function noiseFloor(values: readonly number[]): number | undefined {
  const factors = values.slice(1).map((value, index) => {
    const ratio = value / (values[index] ?? value);
    return Math.max(ratio, 1 / ratio);
  });
  return factors.length === 0 ? undefined : median(factors);
}
