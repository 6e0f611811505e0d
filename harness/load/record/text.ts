import Table from "cli-table3";
import { SHOWN_PERCENTS } from "./summary.ts";
import type { Figure, LoadSummary } from "./summary_schema.ts";

const FIGURES = [
  ["response", "response (planned to end)"],
  ["service", "service (sent to end)"],
  ["firstByte", "first byte (from sent)"],
  ["lag", "lag (planned to sent)"],
] as const satisfies readonly (readonly [keyof LoadSummary, string])[];

/** A summary as tables and lines, without colours. */
export function summaryText(summary: LoadSummary): string {
  const { attempts, warmup, seconds, bytes, rate, outcomes, codes } = summary;
  const told = Object.entries(outcomes).filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}${share(count, attempts)}`);
  const others = codes.filter(({ outcome, code }) => outcome !== "ok" && code !== -1)
    .map(({ outcome, code, count }) => `${outcome} ${code}: ${count}`);
  return [
    `${attempts} attempts in ${seconds.toFixed(2)} s${warmup === 0 ? "" : `, after ${warmup} to warm up`}` +
    `, ${bytes} bytes received`,
    `per second: ${perSecond(rate.planned)} planned, ${perSecond(rate.sent)} sent, ${perSecond(rate.ok)} ok`,
    `outcomes: ${told.join(", ") || "none"}`,
    ...(others.length === 0 ? [] : [`codes: ${others.join(", ")}`]),
    figureTable(summary),
    ...validityLines(summary),
  ].join("\n");
}

function figureTable(summary: LoadSummary): string {
  const table = new Table({
    head: ["milliseconds", ...SHOWN_PERCENTS.map((percent) => `p${percent}`), "max"],
    colAligns: ["left", ...SHOWN_PERCENTS.map(() => "right" as const), "right"],
    style: { head: [], border: [], compact: true, "padding-left": 1, "padding-right": 1 },
  });
  for (const [name, title] of FIGURES) {
    const figure = summary[name];
    table.push([
      title,
      ...SHOWN_PERCENTS.map((percent) => cell(figure, percent)),
      figure.count === 0 ? "" : digits(figure.maxMs),
    ]);
  }
  return table.toString();
}

/** A quantile over its interval; empty where the sample does not carry it. */
function cell(figure: Figure, percent: number): string {
  const quantile = figure.quantiles.find((each) => each.percent === percent);
  if (quantile === undefined) return "";
  const { ms, lowMs, highMs, limited } = quantile;
  return `${limited ? "INVALID " : ""}${digits(ms)}\n${digits(lowMs)} .. ${digits(highMs)}`;
}

function validityLines({ validity }: LoadSummary): string[] {
  const { valid, reasons, achievedShare, eventLoopDelayMs, stolenShare } = validity;
  return [
    `${(100 * achievedShare).toFixed(1)} % of the planned rate, event loop ${
      digits(eventLoopDelayMs)
    } ms late at p99, ` +
    (stolenShare === null ? "stolen CPU unknown" : `${(100 * stolenShare).toFixed(1)} % of the CPU stolen`),
    valid ? "valid" : "INVALID: these are not the target's figures",
    ...reasons.map((reason) => `  ${reason}`),
  ];
}

function share(count: number, of: number): string {
  return count === of ? "" : ` (${(100 * count / of).toFixed(2)} %)`;
}

function perSecond(rate: number): string {
  return rate.toFixed(rate < 100 ? 1 : 0);
}

/** Three significant digits and no fewer than the histogram has. */
function digits(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3);
}
