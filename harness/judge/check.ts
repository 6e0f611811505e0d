import { TIMING } from "../model/timing.ts";
import { type Check, type ClauseVerdict, type Verdict, worst } from "../model/verdict.ts";
import type { History } from "./history.ts";

/** How many events one check names as its evidence at the most. */
const EVIDENCE_LIMIT = 5;

/**
 * One claim about the history.
 *
 * @param expected What the clause demands, in words with its numbers.
 * @param actual What the history shows.
 * @param holds Whether they agree.
 * @param evidence Sequence numbers of the events that show it; the first few are kept.
 */
export function claim(
  expected: string,
  actual: string,
  holds: boolean,
  evidence: readonly number[] = [],
): Check {
  return verdictOf(holds ? "pass" : "fail", expected, actual, evidence);
}

/** A check with a given verdict: for what could not be told, or was never put to the test. */
export function verdictOf(
  verdict: Verdict,
  expected: string,
  actual: string,
  evidence: readonly number[] = [],
): Check {
  return { verdict, expected, actual, evidence: evidence.slice(0, EVIDENCE_LIMIT) };
}

/**
 * A claim that something took no longer than a bound. When it took longer while the harness's own event loop was
 * late by more than its budget, or while programs waited for a core for as long as is missing, the mesh may not be to
 * blame, and the check is inconclusive.
 */
export function claimWithin(
  history: History,
  what: string,
  span: { readonly fromT: number; readonly toT: number },
  boundMs: number,
  evidence: readonly number[] = [],
): Check {
  const tookMs = span.toT - span.fromT;
  const expected = `${what} within ${boundMs} ms`;
  const actual = Number.isFinite(tookMs) ? `after ${tookMs.toFixed(1)} ms` : "never";
  if (tookMs <= boundMs) return claim(expected, actual, true, evidence);
  // What never came was waited for until its bound at least; it could have come late by any time.
  const waited = Number.isFinite(tookMs) ? span : { fromT: span.fromT, toT: span.fromT + boundMs };
  const missingMs = Number.isFinite(tookMs) ? tookMs - boundMs : boundMs / 2;
  const late = lateness(history, waited, expected, actual, evidence, missingMs);
  return late.verdict === "fail" ? waiting(history, waited, missingMs, late) : late;
}

/**
 * What did not come up to its time or rate: the mesh's failure, unless the harness's own event loop was late by more
 * than its budget meanwhile, for long enough to have made the miss; then nobody can tell.
 *
 * @param missingMs By how much it was late; 0 where that cannot be said, and any lateness may have made it.
 */
export function lateness(
  history: History,
  span: { readonly fromT: number; readonly toT: number },
  expected: string,
  actual: string,
  evidence: readonly number[] = [],
  missingMs = 0,
): Check {
  const lag = history.lagMs(span.fromT, span.toT);
  if (lag <= TIMING.lagBudgetMs || history.lateMs(span.fromT, span.toT, TIMING.lagBudgetMs) < missingMs) {
    return claim(expected, actual, false, evidence);
  }
  return verdictOf(
    "inconclusive",
    expected,
    `${actual}, while the harness itself was up to ${lag.toFixed(0)} ms late`,
    evidence,
  );
}

/**
 * A miss that the machine may have made: programs may have lost as much time as is missing while they waited for a
 * core. Then nobody can tell; the cell is run once more alone, where there is less to wait for.
 *
 * @param missingMs By how much it was late; where it was not waited for to the end, half of the wait.
 * @param missed What is said where it cannot be put down to that.
 */
export function waiting(
  history: History,
  span: { readonly fromT: number; readonly toT: number },
  missingMs: number,
  missed: Check,
): Check {
  const waitedMs = history.waitedMs(span.fromT, span.toT);
  if (waitedMs === 0 || waitedMs < missingMs) return missed;
  const actual = `${missed.actual}, while programs waited for a core of this machine for up to ${
    waitedMs.toFixed(0)
  } ms`;
  return verdictOf("inconclusive", missed.expected, actual, missed.evidence);
}

/** The checks of a clause, worst first wins; what is shown is the worst check's own. */
export function clause(id: string, ...checks: readonly Check[]): ClauseVerdict {
  const verdict = worst(checks.map((check) => check.verdict));
  const telling = checks.filter((check) => check.verdict === verdict);
  const shown = verdict === "pass" ? checks : telling;
  if (shown.length === 0) {
    return { id, verdict, expected: "at least one check", actual: "the judge made none", evidence: [] };
  }
  return {
    id,
    verdict,
    expected: shown.map((check) => check.expected).join("; "),
    actual: shown.map((check) => check.actual).join("; "),
    evidence: shown.flatMap((check) => check.evidence).slice(0, EVIDENCE_LIMIT),
  };
}

/** Vacuous unless the fault of that name was witnessed; its evidence is the witness. */
export function witnessed(history: History, fault: string): Check {
  const events = history.faults(fault);
  const witness = events.find((event) => event.edge === "witnessed");
  if (witness !== undefined) return claim(`${fault} happened`, witness.detail, true, [witness.seq]);
  const detail = events.find((event) => event.edge === "unwitnessed")?.detail ?? "no witness spoke";
  return verdictOf("vacuous", `${fault} happened`, detail, events.map((event) => event.seq));
}
