import { type BenchComparison, type BenchReport, benchSchema } from "../report/bench_schema.ts";
import type { RowOutcome, RowReport } from "./run_row.ts";

/** `bench.json` of the rows that were measured. */
export function benchReport(run: BenchReport["run"], rows: readonly RowReport[]): BenchReport {
  return benchSchema.parse({
    schema: "meshproof.bench/v1",
    run,
    rows: rows.map(({ row, rounds }) => ({
      id: row.id,
      remark: row.remark,
      rounds: rounds.map(({ stolen, isDisturbed, repeats, figures }) => ({
        stolen,
        disturbed: isDisturbed,
        repeats,
        figures: Object.fromEntries(figures),
      })),
    })),
    comparisons: rows.flatMap(({ row, outcomes }) => outcomes.map((outcome) => comparison(row.id, outcome))),
  });
}

function comparison(row: string, outcome: RowOutcome): BenchComparison {
  const { name, subject, peer, unit, demand } = outcome.spec;
  const bound = demand.direction === "none" ? null : demand.bound;
  const known = { row, name, subject, peer, unit, bound, direction: demand.direction };
  if ("unavailable" in outcome) {
    return { ...known, holds: null, certain: null, unavailable: outcome.unavailable };
  }
  const { holds, isCertain, subjectValue, peerValue, ratio, low, high, confidence, floor } = outcome.result;
  return {
    ...known,
    ...{ subjectValue, peerValue, ratio, low, high, confidence, holds, certain: isCertain },
    ...floor === undefined ? {} : { floor },
  };
}
