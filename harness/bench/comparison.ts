/** What is compared with what, and whether the bound is kept. */
import { type Interval, median, medianInterval, noiseFloor } from "./statistics.ts";

/**
 * What is demanded of the ratio subject / peer: at least so much, at most so much, or no further from 1 than so much.
 * Without a demand the figure is only told.
 */
export type Demand =
  | { readonly direction: "at least" | "at most" | "within"; readonly bound: number }
  | { readonly direction: "none" };

/** What is compared with what. */
export interface ComparisonSpec {
  readonly name: string;
  readonly unit: string;
  /** Who is measured: the name of a contender. */
  readonly subject: string;
  /** The name of a contender, or `theory` for a value that is known or asked for. */
  readonly peer: string;
  /** Which of the contender's figures. */
  readonly figure: string;
  /** Figure of the peer, where it goes by another name. */
  readonly peerFigure?: string;
  /** A subject's own figure stands for the peer's, such as the theory that it was measured against. */
  readonly peerIsOwnFigure?: boolean;
  readonly demand: Demand;
}

/** One round's values of both sides. */
export interface Pair {
  readonly subject: number;
  readonly peer: number;
}

/** What came of it. */
export interface ComparisonResult extends Interval {
  /** Medians of the rounds, in the unit. */
  readonly subjectValue: number;
  readonly peerValue: number;
  /** Median of the rounds' ratios subject / peer. */
  readonly ratio: number;
  /** See `noiseFloor`; of the subject against itself. */
  readonly floor: number | undefined;
  /** Whether the median ratio keeps the bound; null where there is none. */
  readonly holds: boolean | null;
  /** Whether the whole interval does: then it is no matter of luck. */
  readonly isCertain: boolean | null;
}

/** That of five rounds; an interval of fewer is no evidence. */
const LEAST_CONFIDENCE = 0.93;

/**
 * Compares by paired rounds.
 *
 * @throws {RangeError} When there is no round, or a value is not a positive number.
 */
export function compare(
  spec: Pick<ComparisonSpec, "name" | "demand">,
  pairs: readonly Pair[],
): ComparisonResult {
  const ratios = pairs.map(({ subject, peer }) => {
    if (subject > 0 && peer > 0 && Number.isFinite(subject) && Number.isFinite(peer)) return subject / peer;
    throw new RangeError(
      `Cannot compare "${spec.name}" as both sides must be positive numbers: current values are ${subject} and ${peer}`,
    );
  });
  const interval = medianInterval(ratios);
  const ratio = median(ratios);
  const keeps = (value: number) => isKept(spec.demand, value);
  const hasBound = spec.demand.direction !== "none";
  return {
    ...interval,
    subjectValue: median(pairs.map(({ subject }) => subject)),
    peerValue: median(pairs.map(({ peer }) => peer)),
    ratio,
    floor: noiseFloor(pairs.map(({ subject }) => subject)),
    holds: hasBound ? keeps(ratio) : null,
    isCertain: hasBound
      ? interval.confidence >= LEAST_CONFIDENCE && keeps(interval.low) && keeps(interval.high)
      : null,
  };
}

function isKept(demand: Demand, ratio: number): boolean {
  switch (demand.direction) {
    case "at least":
      return ratio >= demand.bound;
    case "at most":
      return ratio <= demand.bound;
    case "within":
      return Math.abs(ratio - 1) <= demand.bound;
    case "none":
      return true;
  }
}
