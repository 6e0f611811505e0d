import { clauseById } from "../model/clauses.ts";
import type { HistoryEvent } from "../model/event.ts";
import type { ClauseVerdict } from "../model/verdict.ts";
import { type Deviation, deviationOf } from "./deviations.ts";
import type { CellReport, ClauseReport } from "./schema.ts";
import { plainText } from "./plain_text.ts";
import { describeEvent } from "./timeline.ts";

/** One run of a cell, as the report needs it. */
export interface RunRecord {
  readonly verdicts: readonly ClauseVerdict[];
  readonly events: readonly HistoryEvent[];
  /** Path of the history, relative to the report. */
  readonly history: string;
  readonly seconds: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly alone: boolean;
}

/** A cell whose verdicts are those of its last run: the one that was made alone where the first was inconclusive. */
export function cellReport(
  scenario: string,
  mesh: string,
  runs: readonly RunRecord[],
  deviations: readonly Deviation[],
  mutant?: string,
): CellReport {
  const last = runs.at(-1);
  return {
    scenario,
    seconds: round(runs.reduce((sum, run) => sum + run.seconds, 0)),
    runs: runs.map((run) => ({
      alone: run.alone,
      seconds: round(run.seconds),
      parts: Object.fromEntries(Object.entries(run.parts).map(([part, seconds]) => [part, round(seconds)])),
      history: run.history,
      verdicts: Object.fromEntries(run.verdicts.map((clause) => [clause.id, clause.verdict])),
    })),
    clauses: (last?.verdicts ?? []).map((verdict) =>
      clauseReport(verdict, last?.events ?? [], mesh, deviations)
    ),
    ...(mutant === undefined ? {} : { mutant }),
  };
}

/** A cell that was not driven, since the mesh does not declare what the scenario needs. */
export function unsupportedCell(scenario: string, clauses: readonly string[], reason: string): CellReport {
  return {
    scenario,
    seconds: 0,
    runs: [],
    clauses: clauses.map((id) => ({
      id,
      level: clauseById(id).level,
      verdict: "unsupported",
      expected: "the features that the scenario needs",
      actual: plainText(reason),
      evidence: [],
    })),
  };
}

/** A verdict as the report has it: with the clause's level, the events that prove it, and the recorded deviation. */
function clauseReport(
  verdict: ClauseVerdict,
  events: readonly HistoryEvent[],
  mesh: string,
  deviations: readonly Deviation[],
): ClauseReport {
  const wanted = new Set(verdict.evidence);
  const evidence = events.filter((event) => wanted.has(event.seq))
    .map((event) => ({
      seq: event.seq,
      t: event.t,
      source: event.source,
      text: plainText(describeEvent(event)),
    }))
    .sort((a, b) => a.t - b.t);
  const deviation = verdict.verdict === "fail" ? deviationOf(deviations, mesh, verdict.id) : undefined;
  return {
    id: verdict.id,
    level: clauseById(verdict.id).level,
    verdict: verdict.verdict,
    expected: plainText(verdict.expected),
    actual: plainText(verdict.actual),
    evidence,
    ...(deviation === undefined ? {} : { deviation: { cause: deviation.cause, link: deviation.link } }),
  };
}

/** Milliseconds are precise enough for a report. */
export function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
