import { errorText } from "../model/error_text.ts";
import type { HistoryEvent } from "../model/event.ts";
import type { Policy } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import type { ClauseVerdict } from "../model/verdict.ts";

/**
 * Judges a history by a scenario: exactly one verdict for each clause that the scenario lists.
 *
 * @returns In the order of `scenario.clauses`. A judge that throws, leaves a clause out, or speaks of one that the
 * scenario does not list gives `error`, never a pass.
 */
export function judgeCell(
  scenario: Scenario,
  events: readonly HistoryEvent[],
  policy: Policy,
): readonly ClauseVerdict[] {
  let verdicts: readonly ClauseVerdict[];
  try {
    verdicts = scenario.judge(events, policy);
    // Scenarios of others come as they are: a judge may be async, or give one verdict in place of a list.
    if (!Array.isArray(verdicts)) throw new TypeError("expected a list of verdicts");
  } catch (error) {
    return errorVerdicts(
      scenario,
      `the judge threw: ${errorText(error)}`,
    );
  }
  const strays = verdicts.filter((verdict) => !scenario.clauses.includes(verdict.id));
  if (strays.length > 0) {
    const found = strays.map((verdict) => verdict.id).join(", ");
    return errorVerdicts(scenario, `the judge spoke of ${found}, which the scenario does not list`);
  }
  return scenario.clauses.map((id) => {
    const own = verdicts.filter((verdict) => verdict.id === id);
    const [only] = own;
    if (only !== undefined && own.length === 1) return only;
    return errorVerdict(id, `the judge gave ${own.length} verdicts`);
  });
}

/** `error` for every clause of a scenario, with one reason: set-up or harness broke. */
export function errorVerdicts(scenario: Scenario, reason: string): readonly ClauseVerdict[] {
  return scenario.clauses.map((id) => errorVerdict(id, reason));
}

/** `unsupported` for every clause of a scenario, with one reason: this machine cannot do what it needs. */
export function unsupportedVerdicts(
  scenario: Pick<Scenario, "clauses">,
  reason: string,
): readonly ClauseVerdict[] {
  return scenario.clauses.map((id) => ({
    id,
    verdict: "unsupported",
    expected: "a machine that can do what the scenario needs",
    actual: reason,
    evidence: [],
  }));
}

function errorVerdict(id: string, actual: string): ClauseVerdict {
  return { id, verdict: "error", expected: "one verdict from a sound harness", actual, evidence: [] };
}
