import { errorText } from "../model/error_text.ts";
import { clauseById } from "../model/clauses.ts";
import { FEATURES } from "../model/mesh.ts";
import type { Scenario } from "../model/scenario.ts";

/**
 * What keeps a value from being a scenario, each in words; empty for a scenario. Said before anything is started,
 * so that a slip in a file costs no run.
 */
export function scenarioProblems(value: unknown): string[] {
  if (value === undefined) return ["none"];
  if (typeof value !== "object" || value === null) return [`a ${value === null ? "null" : typeof value}`];
  const { id, clauses, needs, topology, policy, drive, judge, mutants } = value as Partial<
    Record<keyof Scenario, unknown>
  >;
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  demand(typeof id === "string" && /^[\w-]+(\/[\w-]+)*$/.test(id), "no id of the form family/name");
  if (isNames(clauses) && clauses.length > 0) problems.push(...clauses.flatMap(clauseProblem));
  else problems.push("no clauses (ids such as RTE-01)");
  if (isNames(needs)) {
    const unknown = needs.filter((feature) => !(FEATURES as readonly string[]).includes(feature));
    demand(unknown.length === 0, `needs ${unknown.join(", ")} (known: ${FEATURES.join(", ")})`);
  } else problems.push("no needs (a list of features, which may be empty)");
  demand(
    typeof topology === "object" && topology !== null && Object.keys(topology).length > 0,
    "no topology (at least one service)",
  );
  demand(typeof policy === "string", "no policy (a file beside it)");
  demand(isNames(mutants), "no mutants (a list of ids, which may be empty)");
  demand(typeof drive === "function", "no drive()");
  demand(typeof judge === "function", "no judge()");
  return problems;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function clauseProblem(id: string): string[] {
  try {
    clauseById(id);
    return [];
  } catch (error) {
    return [errorText(error)];
  }
}
