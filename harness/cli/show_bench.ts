import Table from "cli-table3";
import type { Paint } from "../report/matrix.ts";
import type { BenchComparison, BenchReport } from "../report/bench_schema.ts";
import { EXIT } from "./exit.ts";

/** The comparisons as a table, then what was not measured and what else the reader must know. */
export function benchTable(report: BenchReport, paint: Paint): string {
  const table = new Table({
    head: ["figure", "whose", "value", "beside", "value", "ratio (interval)", "noise", "bound", "holds"],
    colWidths: [42, 17, null, 16, null, null, null, null, null],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const each of report.comparisons) {
    const { name, unit, subject, peer, subjectValue, peerValue } = each;
    table.push([
      `${name} [${unit}]`,
      subject,
      figure(subjectValue),
      peer,
      figure(peerValue),
      ratioInWords(each),
      each.floor === undefined ? "-" : `x ${short(each.floor)}`,
      boundInWords(each),
      verdict(each, paint),
    ]);
  }
  const lines = [
    table.toString(),
    "noise: by what factor neighbouring rounds of one side differ; a ratio nearer to 1 than that says nothing",
  ];
  for (const [reason, rows] of unavailable(report)) {
    lines.push(paint("doubt", `not measured, ${rows.join(", ")}: ${reason}`));
  }
  const disturbed = report.rows.flatMap(({ rounds }) => rounds).filter((round) => round.disturbed).length;
  if (disturbed > 0) {
    lines.push(paint("doubt", `the host took more than 2 % of the CPU in ${disturbed} rounds`));
  }
  if (report.run.quick) lines.push(paint("doubt", "a quick run: its figures say little"));
  return lines.join("\n");
}

/** 1 when a bound is missed, else 2 when nothing could be told of one, else 0. */
export function exitCodeOfBench({ comparisons }: BenchReport): number {
  if (comparisons.some(({ holds }) => holds === false)) return EXIT.failure;
  return comparisons.some(({ unavailable }) => unavailable !== undefined) ? EXIT.doubt : EXIT.ok;
}

/** Reasons, each with the rows that it keeps from a figure. */
function unavailable({ comparisons }: BenchReport): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const { row, unavailable: reason } of comparisons) {
    if (reason === undefined) continue;
    const rows = reasons.get(reason) ?? [];
    if (!rows.includes(row)) rows.push(row);
    reasons.set(reason, rows);
  }
  return reasons;
}

function verdict({ holds, certain, unavailable }: BenchComparison, paint: Paint): string {
  if (unavailable !== undefined) return paint("doubt", "not measured");
  if (holds === null) return "-";
  const sureness = certain === holds ? "" : " (by the median)";
  return holds ? paint("good", `yes${sureness}`) : paint("bad", `no${sureness}`);
}

function ratioInWords({ ratio, low, high, confidence }: BenchComparison): string {
  if (ratio === undefined || low === undefined || high === undefined) return "-";
  const sure = confidence === undefined || confidence >= 0.95 ? "" : `, ${Math.round(confidence * 100)} %`;
  return confidence === 0 ? short(ratio) : `${short(ratio)} (${short(low)} to ${short(high)}${sure})`;
}

function boundInWords({ bound, direction }: BenchComparison): string {
  if (bound === null) return "-";
  const sign = { "at least": ">=", "at most": "<=", within: "1 ±", none: "" }[direction];
  return `${sign} ${short(bound)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Three digits, with thousands as people write them. */
function figure(value: number | undefined): string {
  if (value === undefined) return "-";
  if (value >= 1e6) return `${short(value / 1e6)}M`;
  return value >= 1_000 ? Math.round(value).toLocaleString("en") : short(value);
}
