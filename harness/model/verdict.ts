/** What a judge says of one clause. Meanings: `ARCHITECTURE.md`, "Verdicts". */
export type Verdict = "pass" | "fail" | "inconclusive" | "vacuous" | "error" | "unsupported";

/** Worst first: when several checks speak of one clause, the first of these that occurs is the clause's verdict. */
export const WORST_FIRST = ["fail", "error", "inconclusive", "vacuous", "unsupported", "pass"] as const;

/**
 * The worst of several verdicts.
 *
 * @param verdicts At least one verdict.
 * @returns The worst; `error` when there is none, since a judge that said nothing has proven nothing.
 */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? "error";
}

/** One claim that was checked against a history. `evidence` names events by their sequence number. */
export interface Check {
  readonly verdict: Verdict;
  readonly expected: string;
  readonly actual: string;
  readonly evidence: readonly number[];
}

/** A clause's verdict with what proves it. */
export interface ClauseVerdict extends Check {
  readonly id: string;
}
