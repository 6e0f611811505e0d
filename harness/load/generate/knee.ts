/** Latency against load: the largest rate at which an objective is kept, and whether it is kept again after an overload. */
import type { Trial } from "./objective.ts";

/** How to search. */
export interface KneeOptions {
  /** Rate of the first trial. */
  readonly fromPerSecond: number;
  /** Rate beyond which nothing is tried. @default 1000000 */
  readonly toPerSecond?: number;
  /** Of the rates on the way up. @default 2 */
  readonly factor?: number;
  /** The search ends when the rates that held and did not are as near as that. @default 0.05 */
  readonly resolution?: number;
  /** Trials at one rate before it is given up that none of them tells anything. @default 3 */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

/** A trial, and what it was for. */
export interface KneeTrial extends Trial {
  readonly phase: "up" | "recover" | "between" | "overload" | "down";
}

/** What was found. */
export interface Knee {
  /** Largest rate at which the objective was kept; undefined when it was at none. */
  readonly perSecond: number | undefined;
  /** What is above it: the objective is `broken`, the `generator` can do no more, or nothing was tried (`bound`). */
  readonly limit: "broken" | "generator" | "bound";
  /** Largest rate at which it was kept on the way down from an overload; undefined when there was none, or it never was. */
  readonly downPerSecond: number | undefined;
  /** Share of the knee that the overload cost for longer than it lasted: 0 for none; undefined when there was no overload. */
  readonly hysteresis: number | undefined;
  readonly trials: readonly KneeTrial[];
}

/** Rates of the way down, as shares of the knee. */
const DOWN_SHARES = [1, 0.9, 0.8, 0.7, 0.6, 0.5];

/**
 * Searches: up in geometric steps until the objective is not kept, then by halves between the last rate that held and
 * the first that did not, each time after what did not hold has been recovered from; then once more an overload, and
 * down from it until the objective is kept again.
 *
 * @param measure Makes a trial at a rate.
 * @param options Where to begin and to end.
 * @throws What `measure` throws; the signal's reason when it was aborted.
 */
export async function findKnee(
  measure: (perSecond: number) => Promise<Trial>,
  options: KneeOptions,
): Promise<Knee> {
  const { fromPerSecond, toPerSecond = 1e6, factor = 2, resolution = 0.05, attempts = 3, signal } = options;
  const trials: KneeTrial[] = [];
  const holdsAt = async (perSecond: number, phase: KneeTrial["phase"]): Promise<boolean | undefined> => {
    for (let attempt = 1;; attempt++) {
      signal?.throwIfAborted();
      const trial = await measure(perSecond);
      trials.push({ ...trial, phase });
      if (trial.holds !== undefined || attempt >= attempts) return trial.holds;
    }
  };

  /** Down from a rate that was not kept, until the objective is: what is measured next does not suffer from it. */
  const descend = async (from: number, phase: KneeTrial["phase"]): Promise<number | undefined> => {
    for (const share of DOWN_SHARES) if (await holdsAt(from * share, phase) === true) return share;
    return undefined;
  };

  let low: number | undefined;
  let high: number | undefined;
  let isGenerator = false;
  for (let rate = fromPerSecond; rate <= toPerSecond && high === undefined; rate *= factor) {
    const holds = await holdsAt(rate, "up");
    if (holds === true) low = rate;
    else {
      high = rate;
      isGenerator = holds === undefined;
    }
  }
  if (low === undefined || high === undefined) {
    const limit = isGenerator ? "generator" : high === undefined ? "bound" : "broken";
    return { perSecond: low, limit, downPerSecond: undefined, hysteresis: undefined, trials };
  }
  while (high / low > 1 + resolution) {
    await descend(low, "recover");
    let middle = Math.sqrt(high * low);
    // From there on up by what holds, so that only what does not must be recovered from.
    while (high / low > 1 + resolution && await holdsAt(middle, "between") === true) {
      low = middle;
      middle = Math.sqrt(high * low);
    }
    if (high / low <= 1 + resolution) break;
    high = middle;
    isGenerator = trials.at(-1)?.holds === undefined;
  }
  // Whatever was measured last may have held: only from an overload is there a way down.
  await holdsAt(high * (1 + resolution), "overload");
  const share = await descend(low, "down");
  return {
    perSecond: low,
    limit: isGenerator ? "generator" : "broken",
    downPerSecond: share === undefined ? undefined : low * share,
    hysteresis: 1 - (share ?? 0),
    trials,
  };
}
