import Table from "cli-table3";
import { type ClauseVerdict, worst } from "../model/verdict.ts";
import type { Paint } from "./matrix.ts";
import { plainText } from "./plain_text.ts";
import { type MutantsReport, mutantsSchema } from "./schema.ts";

/** One mutant, run by the scenario that names it. */
export interface MutantRun {
  readonly mutant: { readonly id: string; readonly clause: string };
  readonly scenario: string;
  readonly verdicts: readonly ClauseVerdict[];
}

/**
 * Who killed whom. A mutant is killed when the clause that it breaks is judged `fail`; an error, a doubt or a
 * vacuous verdict kills nothing.
 */
export function mutantsReport(
  seed: number,
  scenarios: readonly string[],
  runs: readonly MutantRun[],
  run?: MutantsReport["run"],
): MutantsReport {
  const mutants = runs.map(({ mutant, scenario, verdicts }) => {
    const own = verdicts.filter((verdict) => verdict.id === mutant.clause);
    const verdict = worst(own.map((each) => each.verdict));
    const actual = own.map((each) => each.actual).join("; ") || `${scenario} does not judge ${mutant.clause}`;
    return {
      id: mutant.id,
      clause: mutant.clause,
      scenario,
      killed: verdict === "fail",
      verdict,
      actual: plainText(actual),
    };
  });
  return killReport({ seed, scenarios, mutants, ...(run === undefined ? {} : { run }) });
}

/** What a kill matrix is made from. */
export interface Kills extends Pick<MutantsReport, "seed" | "run" | "mutants"> {
  /** Ids of all scenarios, those too that name no mutant. */
  readonly scenarios: readonly string[];
}

/**
 * Counts who killed whom, the mutants in the order of their scenarios. The one place for it, whether the mutants ran
 * here or on several machines.
 */
export function killReport({ scenarios, mutants: unordered, ...rest }: Kills): MutantsReport {
  // A stable sort: the mutants of one scenario stay as they are.
  const mutants = [...unordered].sort((a, b) =>
    scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario)
  );
  return mutantsSchema.parse({
    schema: "meshproof.mutants/v1",
    ...rest,
    total: mutants.length,
    killed: mutants.filter((mutant) => mutant.killed).length,
    survivors: mutants.filter((mutant) => !mutant.killed).map((mutant) => mutant.id),
    mutants,
    scenarios: scenarios.map((id) => ({
      id,
      kills: mutants.filter((mutant) => mutant.scenario === id && mutant.killed).length,
    })),
  });
}

/** Scenarios that kill no mutant, and so cannot fail. */
export function idleScenarios({ scenarios }: MutantsReport): string[] {
  return scenarios.filter(({ kills }) => kills === 0).map(({ id }) => id);
}

/** The kill matrix: mutants down, with the scenario that was to kill each, and what it saw. */
export function killMatrix(report: MutantsReport, paint: Paint): string {
  const table = new Table({
    head: ["clause", "mutant", "scenario", "verdict", "what was seen"],
    colWidths: [9, null, null, 12, 60],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  const ordered = [...report.mutants].sort((a, b) =>
    a.clause.localeCompare(b.clause) || a.id.localeCompare(b.id)
  );
  for (const mutant of ordered) {
    const verdict = mutant.killed ? paint("good", "killed") : paint("bad", `SURVIVES (${mutant.verdict})`);
    const room = 57;
    const seen = mutant.actual.length > room ? mutant.actual.slice(0, room - 3) + "..." : mutant.actual;
    table.push([mutant.clause, mutant.id, mutant.scenario, verdict, seen]);
  }
  const idle = idleScenarios(report);
  const lines = [table.toString(), paint("strong", `${report.killed} of ${report.total} mutants killed`)];
  if (idle.length > 0) {
    lines.push(paint("bad", `scenarios that kill no mutant, and so cannot fail: ${idle.join(", ")}`));
  }
  return lines.join("\n");
}
