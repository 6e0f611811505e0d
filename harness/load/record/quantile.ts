import type { LatencyHistogram } from "./histogram.ts";

/** Fewer values than this beyond a quantile say nothing of it: one of them more or less moves it far. */
export const LEAST_BEYOND = 10;

/** A quantile with its confidence interval of 95 %. */
export interface Quantile {
  /** 50 is the median. */
  readonly percent: number;
  readonly us: number;
  readonly lowUs: number;
  readonly highUs: number;
}

/**
 * The quantile by the nearest rank, its interval by order statistics (David and Nagaraja, Order Statistics, 7.1),
 * which assume nothing of the distribution but that the values are independent. Values of a queue are not, quite: the
 * interval is then too narrow, and only repeated runs tell by how much.
 *
 * @param percent Above 0, below 100.
 * @returns Undefined when fewer than ten values lie beyond it.
 */
export function quantileOf(histogram: LatencyHistogram, percent: number): Quantile | undefined {
  const { count } = histogram;
  const rank = nearestRank(count, percent);
  if (count - rank < LEAST_BEYOND) return undefined;
  const { low, high } = confidenceRanks(count, percent / 100);
  return {
    percent,
    us: histogram.valueAtRank(rank),
    // Below the first value there is nothing but zero.
    lowUs: low === 0 ? 0 : histogram.valueAtRank(low),
    highUs: histogram.valueAtRank(Math.min(high, count)),
  };
}

/** Place of a quantile among so many values, from 1. */
export function nearestRank(count: number, percent: number): number {
  // What is a whole number must not become the next one by the error of a division.
  return Math.max(1, Math.ceil(percent / 100 * count * (1 - 2 ** -50)));
}

/**
 * Places between which a quantile lies with 95 %, at most 2.5 % on either side: the number of values below it is
 * binomial, and its probabilities are summed as they are, outwards from the most likely one.
 *
 * @param share Above 0, below 1.
 * @returns `low` is 0, and `high` is count + 1, where so few values bound nothing.
 */
export function confidenceRanks(count: number, share: number): { low: number; high: number } {
  const mode = Math.min(count, Math.floor((count + 1) * share));
  const odds = share / (1 - share);
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0 && weight > NEGLIGIBLE; k--) {
    weight *= k / ((count - k + 1) * odds);
    below.push(weight);
  }
  const above: number[] = [];
  for (let k = mode, weight = 1; k < count && weight > NEGLIGIBLE; k++) {
    weight *= (count - k) * odds / (k + 1);
    above.push(weight);
  }
  const tail = 0.025 * (sum(below) + 1 + sum(above));
  return { low: mode - stepsToTail(below, tail), high: mode + 1 + stepsToTail(above, tail) };
}

/** Of the likeliest probability: what is rarer changes no sum. */
const NEGLIGIBLE = 1e-20;

/**
 * How many steps outwards it takes until what lies beyond weighs at most the tail.
 *
 * @param weights Outwards.
 */
function stepsToTail(weights: readonly number[], tail: number): number {
  let beyond = 0;
  let steps = weights.length;
  while (steps > 0 && beyond + weights[steps - 1]! <= tail) beyond += weights[--steps]!;
  return steps;
}

/** From the small ones up, for precision. */
function sum(weights: readonly number[]): number {
  return weights.reduceRight((total, weight) => total + weight, 0);
}
