import type { LatencyHistogram } from "./histogram.ts";
import { nearestRank, quantileOf } from "./quantile.ts";
import type { Recording } from "./recording.ts";
import type { Figure, LoadSummary } from "./summary_schema.ts";
import { isLimiting, judgeValidity, LIMITS, type Limits } from "./validity.ts";

/** What the machine was like while the load ran. */
export interface Conditions {
  /** How late the event loop of the generator was, p99, in milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Share of the CPU that the host took away, 0 to 1; undefined where it cannot be known. */
  readonly stolenShare: number | undefined;
  /** What p99 of the response time is held against, in milliseconds. @default that p99 itself */
  readonly objectiveMs?: number;
  readonly limits?: Limits;
}

/** Quantiles that are shown, where the sample carries them. */
export const SHOWN_PERCENTS = [50, 90, 99, 99.9, 99.99] as const;

/** Makes figures of a recording, each beside its validity. Pure. */
export function summarise(recording: Recording, conditions: Conditions): LoadSummary {
  const { histograms, outcomes, codes, bytes, warmup, sent } = recording;
  const { eventLoopDelayMs, stolenShare, objectiveMs, limits = LIMITS } = conditions;
  const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const seconds = attempts === 0 ? 0 : Math.max(0, recording.lastEndT - recording.firstPlannedT) / 1000;
  const planned = perSecond(attempts, recording.lastPlannedT - recording.firstPlannedT);
  const sentRate = perSecond(sent, recording.lastSentT - recording.firstSentT);
  const shareOfAttempts = (count: number) => attempts === 0 ? 0 : count / attempts;
  const shedShare = shareOfAttempts(outcomes.shed);
  // Two attempts make the shortest rate: fewer have none to fall behind.
  const achievedShare = planned === 0 || sent < 2 ? shareOfAttempts(sent) : sentRate / planned;
  const measured = {
    samples: histograms.response.count,
    shedShare,
    cancelledShare: shareOfAttempts(outcomes.cancelled),
    lagUs: valueAt(histograms.lag, 99),
    figureUs: objectiveMs === undefined ? valueAt(histograms.response, 99) : objectiveMs * 1000,
    achievedShare,
    eventLoopDelayMs,
    stolenShare,
  };
  const { valid, reasons } = judgeValidity(measured, limits);
  const plain = (histogram: LatencyHistogram) => figureOf(histogram, () => false);
  return {
    seconds,
    attempts,
    warmup,
    outcomes: { ...outcomes },
    codes: codes.map((each) => ({ ...each })),
    bytes,
    rate: { planned, sent: sentRate, ok: seconds === 0 ? 0 : outcomes.ok / seconds },
    response: figureOf(
      histograms.response,
      (percent, us) => isLimiting(valueAt(histograms.lag, percent) ?? 0, us, limits),
    ),
    service: plain(histograms.service),
    lag: plain(histograms.lag),
    firstByte: plain(histograms.firstByte),
    validity: {
      valid,
      reasons: [...reasons],
      achievedShare,
      shedShare,
      eventLoopDelayMs,
      stolenShare: stolenShare ?? null,
    },
  };
}

function figureOf(histogram: LatencyHistogram, isLimited: (percent: number, us: number) => boolean): Figure {
  return {
    count: histogram.count,
    minMs: histogram.minUs / 1000,
    meanMs: histogram.meanUs / 1000,
    maxMs: histogram.maxUs / 1000,
    quantiles: SHOWN_PERCENTS.flatMap((percent) => {
      const quantile = quantileOf(histogram, percent);
      if (quantile === undefined) return [];
      const { us, lowUs, highUs } = quantile;
      return [{
        percent,
        ms: us / 1000,
        lowMs: lowUs / 1000,
        highMs: highUs / 1000,
        limited: isLimited(percent, us),
      }];
    }),
  };
}

/** The quantile whether or not the sample carries it: only for judging, where the largest value will do. */
function valueAt(histogram: LatencyHistogram, percent: number): number | undefined {
  return histogram.count === 0 ? undefined : histogram.valueAtRank(nearestRank(histogram.count, percent));
}

/** Rate of so many moments, from the first to the last of them. */
function perSecond(count: number, spanMs: number): number {
  return count < 2 || !(spanMs > 0) ? 0 : (count - 1) * 1000 / spanMs;
}
