/** What a recorder has to tell. */
import type { OutcomeName } from "../attempt.ts";
import { LatencyHistogram } from "./histogram.ts";

/** What is measured of every attempt; in microseconds. */
export interface Histograms {
  /** Planned to end, of what was answered (`ok`, `status`) and of timeouts, which took at least as long as that. */
  readonly response: LatencyHistogram;
  /** Sent to end, of the same attempts. */
  readonly service: LatencyHistogram;
  /** Planned to sent, of every attempt that was sent: what the generator added. */
  readonly lag: LatencyHistogram;
  /** Sent to the first byte of the answer, of every attempt that had one. */
  readonly firstByte: LatencyHistogram;
  /** The part of {@linkcode response} that went wrong: `status` and `timeout`. */
  readonly error: LatencyHistogram;
}

/** What ended between two moments of the run. */
export interface Interval {
  /** As `performance.now()`, in milliseconds. */
  readonly startT: number;
  readonly endT: number;
  /** Attempts that ended. */
  readonly ended: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  readonly bytes: number;
  readonly histograms: Histograms;
}

/** An outcome and what came with it. */
export interface CodeCount {
  readonly outcome: OutcomeName;
  /** gRPC or HTTP status, HTTP/2 error code of a reset; -1 for none, 1022 for any that is not below that. */
  readonly code: number;
  readonly count: number;
}

/** Everything that was measured. Times are `performance.now()` in milliseconds; NaN where there was nothing. */
export interface Recording {
  readonly startT: number;
  readonly endT: number;
  /** Attempts that were due in the warm-up; nothing else counts them. */
  readonly warmup: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  readonly codes: readonly CodeCount[];
  /** Of messages or bodies received. */
  readonly bytes: number;
  readonly sent: number;
  readonly firstPlannedT: number;
  readonly lastPlannedT: number;
  readonly firstSentT: number;
  readonly lastSentT: number;
  readonly lastEndT: number;
  readonly histograms: Histograms;
}

/** In the order in which reports tell them. */
export const HISTOGRAM_NAMES = [
  "response",
  "service",
  "lag",
  "firstByte",
  "error",
] as const satisfies readonly (
  keyof Histograms
)[];

/** Empty ones. */
export function newHistograms(): Histograms {
  return {
    response: new LatencyHistogram(),
    service: new LatencyHistogram(),
    lag: new LatencyHistogram(),
    firstByte: new LatencyHistogram(),
    error: new LatencyHistogram(),
  };
}
