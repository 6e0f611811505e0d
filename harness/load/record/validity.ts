/** Whether a figure is the target's, or was made by the generator and its machine. */

/** What decides it. */
export interface Measured {
  /** Values that the figure rests on. */
  readonly samples: number;
  /** Share of the planned attempts that the generator never sent, 0 to 1. */
  readonly shedShare: number;
  /** Share of the planned attempts that were ended by stopping the generator, 0 to 1. */
  readonly cancelledShare: number;
  /** How late the generator sent, at the quantile of the figure (p99 for a whole run), in microseconds. */
  readonly lagUs: number | undefined;
  /** The figure: p99 of the response time, or the objective that it is held against, in microseconds. */
  readonly figureUs: number | undefined;
  /** Rate at which attempts were sent, by the rate at which they were planned; 1 in a closed loop. */
  readonly achievedShare: number;
  /** How late the event loop was, p99, in milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Share of the CPU that the host took away; undefined where it cannot be known. */
  readonly stolenShare: number | undefined;
}

export interface Validity {
  readonly valid: boolean;
  /** Each breach in words; empty when valid. */
  readonly reasons: readonly string[];
}

/** The one table of thresholds. */
export const LIMITS = {
  /** Ten values on each side of the median are the least that shows any quantile. */
  leastSamples: 20,
  /** A shed attempt is one whose response time is missing at the slow end: none is allowed. */
  shedShare: 0,
  /** What is in flight at the end is slower than the rest. */
  cancelledShare: 0.01,
  /** Of the figure: response time counts from the plan, so lag is part of it, and above this no small part. */
  lagShareOfFigure: 0.25,
  /** Below this the lag is the resolution of waiting (one slice of the pacer), and told, not judged. */
  lagFloorUs: 500,
  achievedShare: 0.98,
  /** Of the figure, as with lag: an answer that waits for the loop is noted late. */
  eventLoopShareOfFigure: 0.25,
  eventLoopFloorMs: 2,
  stolenShare: 0.02,
} as const;

/** Limits that somebody may set for a purpose of his own. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** Judges a figure. Pure. */
export function judgeValidity(measured: Measured, limits: Limits = LIMITS): Validity {
  const {
    samples,
    shedShare,
    cancelledShare,
    lagUs,
    figureUs,
    achievedShare,
    eventLoopDelayMs,
    stolenShare,
  } = measured;
  const reasons: string[] = [];
  if (samples < limits.leastSamples) {
    reasons.push(`${samples} samples, at least ${limits.leastSamples} are needed`);
  }
  if (shedShare > limits.shedShare) {
    reasons.push(
      `${percent(shedShare)} of the attempts were shed: more were in flight than the generator was allowed`,
    );
  }
  if (cancelledShare > limits.cancelledShare) {
    reasons.push(
      `${percent(cancelledShare)} of the attempts were cancelled, at most ${percent(limits.cancelledShare)}`,
    );
  }
  if (lagUs !== undefined && isLimiting(lagUs, figureUs, limits)) {
    reasons.push(`the generator sent ${ms(lagUs)} late at p99, beside a figure of ${ms(figureUs)}`);
  }
  if (achievedShare < limits.achievedShare) {
    reasons.push(
      `${percent(achievedShare)} of the planned rate was sent, at least ${percent(limits.achievedShare)}`,
    );
  }
  const loopBoundMs = Math.max(
    limits.eventLoopFloorMs,
    limits.eventLoopShareOfFigure * (figureUs ?? 0) / 1000,
  );
  if (eventLoopDelayMs > loopBoundMs) {
    reasons.push(
      `the event loop was ${ms(eventLoopDelayMs * 1000)} late at p99, at most ${ms(loopBoundMs * 1000)}`,
    );
  }
  if (stolenShare !== undefined && stolenShare > limits.stolenShare) {
    reasons.push(`the host stole ${percent(stolenShare)} of the CPU, at most ${percent(limits.stolenShare)}`);
  }
  return { valid: reasons.length === 0, reasons };
}

/** Whether a figure is the generator's own: too much of it is how late it sent. */
export function isLimiting(lagUs: number, figureUs: number | undefined, limits: Limits = LIMITS): boolean {
  return lagUs > Math.max(limits.lagFloorUs, limits.lagShareOfFigure * (figureUs ?? 0));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}

function ms(us: number | undefined): string {
  return us === undefined ? "unknown length" : `${(us / 1000).toFixed(2)} ms`;
}
