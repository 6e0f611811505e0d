import type { ComparisonSpec } from "./comparison.ts";
import type { Effort } from "./effort.ts";
import type { Place } from "./place.ts";

/** What one measurement gave, by the name of the figure. */
export type Figures = Readonly<Record<string, number>>;

/** Somebody who is measured. */
export interface Contender {
  readonly name: string;
  /** The pinned tool without which it cannot be; only its own comparisons are unavailable then. */
  readonly tool?: string;
  /** Measures once: starts a whole process, and ends all that it started. */
  measure(place: Place, effort: Effort): Promise<Figures>;
}

/** A few comparisons that share their measurements. */
export interface Row {
  /** What `--row` picks by. */
  readonly id: string;
  /** How it was measured, and what the reader must know of it; one sentence or two. */
  readonly remark: string;
  /** Tools that all contenders lean on. */
  readonly tools: readonly string[];
  readonly contenders: readonly Contender[];
  readonly comparisons: readonly ComparisonSpec[];
  /** Rounds at most, where one takes long and differs little from the next. */
  readonly roundsAtMost?: number;
  /** Measured once before the rounds; what all contenders are measured at, such as a peer's own maximum. */
  prepare?(place: Place, effort: Effort): Promise<Effort>;
}
