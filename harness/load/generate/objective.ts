/** What a load is to keep, such as `p99<20ms`. */
import { parseDuration } from "../../model/duration.ts";
import { quantileOf } from "../record/quantile.ts";
import type { LoadResult } from "./run_load.ts";

/** So many percent of all planned attempts are answered with success, and sooner than so many milliseconds. */
export interface Objective {
  readonly percent: number;
  readonly belowMs: number;
}

/** How a load was held against an objective. */
export interface Trial {
  readonly perSecond: number;
  /** Undefined when the figures are not the target's, and so tell nothing. */
  readonly holds: boolean | undefined;
  /** Response time at the objective's quantile; undefined when the sample does not carry it. */
  readonly quantileMs: number | undefined;
  /** Share of the attempts without success. */
  readonly failedShare: number;
  /** Why it tells nothing; empty when it does. */
  readonly reasons: readonly string[];
}

/**
 * Reads an objective.
 *
 * @throws {SyntaxError} When the text is none.
 */
export function parseObjective(text: string): Objective {
  const [, percent = "", duration = ""] = /^\s*p(\d+(?:\.\d+)?)\s*<\s*(\S+)\s*$/.exec(text) ?? [];
  const belowMs = parseDuration(duration);
  if (
    percent !== "" && Number(percent) > 0 && Number(percent) < 100 && belowMs !== undefined && belowMs > 0
  ) {
    return { percent: Number(percent), belowMs };
  }
  throw new SyntaxError(
    `Cannot read objective ${JSON.stringify(text)}: expected a quantile below a duration, such as p99<20ms`,
  );
}

/** Holds a run against an objective. Pure. */
export function judgeTrial(
  perSecond: number,
  { summary, recording }: Pick<LoadResult, "summary" | "recording">,
  { percent, belowMs }: Objective,
): Trial {
  const quantile = quantileOf(recording.histograms.response, percent);
  const failedShare = summary.attempts === 0 ? 1 : 1 - summary.outcomes.ok / summary.attempts;
  const quantileMs = quantile === undefined ? undefined : quantile.us / 1000;
  const reasons = [
    ...summary.validity.reasons,
    ...(quantileMs === undefined ? [`${summary.response.count} samples do not carry p${percent}`] : []),
  ];
  const isKept = quantileMs !== undefined && quantileMs < belowMs && failedShare <= 1 - percent / 100;
  return { perSecond, holds: reasons.length > 0 ? undefined : isKept, quantileMs, failedShare, reasons };
}
