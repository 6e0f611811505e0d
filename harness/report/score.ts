import { clauseById } from "../model/clauses.ts";
import { saysRuntimeLacks } from "../model/runtime.ts";
import type { Verdict } from "../model/verdict.ts";
import { worst } from "../model/verdict.ts";
import type { CellReport, ClauseReport, MeshReport, Report, Score } from "./schema.ts";

/** Adapters that are there to judge the harness: the first keeps every clause, the second has no mesh at all. */
export const CONTROLS = { keepsAll: "reference", hasNone: "direct" } as const;

/** Whether a mesh is one of the controls: what it keeps is known beforehand. */
export function isControl(mesh: string): boolean {
  return Object.values<string>(CONTROLS).includes(mesh);
}

/**
 * One verdict a clause of a mesh: the worst of all cells that judged it. What a run's runtime cannot do says nothing of
 * the mesh, and so counts only where no other cell speaks of the clause.
 */
export function clausesOf(mesh: Pick<MeshReport, "cells">): ReadonlyMap<string, ClauseReport> {
  const clauses = new Map<string, ClauseReport>();
  for (const cell of mesh.cells) {
    for (const clause of cell.clauses) {
      const before = clauses.get(clause.id);
      if (before === undefined || isUnjudgeable(before) || isWorse(clause, before)) {
        clauses.set(clause.id, clause);
      }
    }
  }
  return clauses;
}

function isWorse(clause: ClauseReport, than: ClauseReport): boolean {
  return !isUnjudgeable(clause) && worst([than.verdict, clause.verdict]) !== than.verdict;
}

function isUnjudgeable({ verdict, actual }: ClauseReport): boolean {
  return verdict === "unsupported" && saysRuntimeLacks(actual);
}

/** Kept and judged clauses; what is not `pass` or `fail` was not judged. A recorded deviation is still a failure. */
export function scoreOf(mesh: Pick<MeshReport, "cells">): Score {
  const all = [...clausesOf(mesh).values()];
  const tally = (clauses: readonly ClauseReport[]) => ({
    kept: clauses.filter((clause) => clause.verdict === "pass").length,
    judged: clauses.filter((clause) => clause.verdict === "pass" || clause.verdict === "fail").length,
  });
  const families = [...new Set(all.map((clause) => clauseById(clause.id).family))].sort();
  return {
    ...tally(all),
    total: all.length,
    core: tally(all.filter((clause) => clause.level === "core")),
    extended: tally(all.filter((clause) => clause.level === "extended")),
    profiles: Object.fromEntries(
      families.map((
        family,
      ) => [family, tally(all.filter((clause) => clauseById(clause.id).family === family))]),
    ),
  };
}

/** The share that is kept, in whole per cent; 100 is said of nobody who breaks a clause. */
export function percentKept({ kept, judged }: { readonly kept: number; readonly judged: number }): number {
  return kept === judged ? 100 : Math.min(99, Math.round(100 * kept / judged));
}

/** What shows that the harness itself is broken: a control that does not behave as it must. */
export function breachesOf(meshes: readonly MeshReport[]): string[] {
  const breaches: string[] = [];
  for (const mesh of meshes) {
    for (const clause of clausesOf(mesh).values()) {
      if (mesh.name === CONTROLS.keepsAll && clause.verdict === "fail") {
        breaches.push(
          `${mesh.name} fails ${clause.id}: expected ${clause.expected}; actual ${clause.actual}`,
        );
      }
      if (mesh.name === CONTROLS.hasNone && clause.verdict === "pass" && clauseById(clause.id).needsMesh) {
        breaches.push(`${mesh.name} keeps ${clause.id}, which needs a mesh: ${clause.actual}`);
      }
    }
  }
  return breaches;
}

/** Recorded deviations that the mesh no longer shows: the record is out of date, which turns the run red. */
export interface StaleDeviation {
  readonly mesh: string;
  readonly clause: string;
}

/**
 * The exit code of a run: 70 control breach; 1 a failure that is no recorded deviation, or a deviation that passes;
 * 70 an error; 2 inconclusive or vacuous, or a verdict that was not the same in every round; 0.
 */
export function exitCodeOf(
  report: Pick<Report, "meshes" | "breaches" | "repeat">,
  stale: readonly StaleDeviation[],
): Report["exitCode"] {
  if (report.breaches.length > 0) return 70;
  const judged = report.meshes.filter((mesh) => mesh.name !== CONTROLS.hasNone);
  const has = (meshes: readonly MeshReport[], holds: (clause: ClauseReport) => boolean) =>
    meshes.some((mesh) => mesh.cells.some((cell: CellReport) => cell.clauses.some(holds)));
  const verdictIn = (...verdicts: Verdict[]) => (clause: ClauseReport) => verdicts.includes(clause.verdict);
  if (stale.length > 0) return 1;
  if (has(judged, (clause) => clause.verdict === "fail" && clause.deviation === undefined)) return 1;
  if (has(report.meshes, verdictIn("error"))) return 70;
  if (has(report.meshes, verdictIn("inconclusive", "vacuous"))) return 2;
  if (report.repeat !== undefined && report.repeat.flips.length > 0) return 2;
  return 0;
}
