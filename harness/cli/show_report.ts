import { badge } from "../report/badge.ts";
import { conformanceYaml } from "../report/conformance.ts";
import { flipInWords } from "../report/flips.ts";
import { htmlReport } from "../report/html.ts";
import { junit } from "../report/junit.ts";
import { matrix } from "../report/matrix.ts";
import { replayLine } from "../report/replay_line.ts";
import type { Report } from "../report/schema.ts";
import type { StaleDeviation } from "../report/score.ts";
import { timeline } from "../report/timeline.ts";
import { troublesOf } from "../report/troubles.ts";
import { REPORTS, writeOut } from "./folders.ts";
import type { Terminal } from "./terminal.ts";

/** Writes the files of a run. */
export async function writeReport(out: string, report: Report): Promise<void> {
  await writeOut(`${out}/report.json`, JSON.stringify(report, null, 2) + "\n");
  await writeOut(`${out}/junit.xml`, junit(report));
  await writeOut(`${out}/report.html`, htmlReport(report, runName(report, out)));
  await writeOut(`${out}/conformance.yaml`, conformanceYaml(report));
  await writeOut(`${out}/badge.json`, JSON.stringify(badge(report), null, 2) + "\n");
}

/** Prints the matrix, every failure that counts, and where the report is; with `--json` the report alone. */
export function printReport(
  report: Report,
  stale: readonly StaleDeviation[],
  out: string,
  json: boolean,
  terminal: Terminal,
): void {
  if (json) return terminal.print(JSON.stringify(report));
  const { paint } = terminal;
  terminal.print(matrix(report, paint));
  for (const line of failures(report, out)) terminal.print(line);
  for (const { mesh, clause } of stale) {
    terminal.print(
      paint(
        "bad",
        `${mesh} ${clause}: a recorded deviation that passes; take it out of scenarios/deviations.yaml`,
      ),
    );
  }
  for (const breach of report.breaches) terminal.print(paint("bad", `control breach: ${breach}`));
  if (report.repeat !== undefined) {
    const { rounds, flips } = report.repeat;
    terminal.print(
      `${rounds} rounds: ${flips.length} verdicts flipped${
        flips.map((flip) => `\n  ${flipInWords(flip)}`).join("")
      }`,
    );
  }
  const parts = Object.entries(report.run.parts).map(([part, seconds]) => `${part} ${seconds.toFixed(1)} s`)
    .join(", ");
  terminal.print(
    `${
      report.run.wallSeconds.toFixed(1)
    } s (${parts}), seed ${report.run.seed}, exit code ${report.exitCode}`,
  );
  terminal.print(`report: ${out}/report.json`);
  const { shard } = report.run;
  if (shard === undefined) return;
  terminal.print(
    `share ${shard.index} of ${shard.count}: scores and exit code are of this share alone; ` +
      "`deno task meshproof merge` makes one report of all",
  );
}

/** Every verdict that needs somebody's eyes, with its evidence and the line that replays it. */
function failures(report: Report, out: string): string[] {
  const run = runName(report, out);
  return troublesOf(report).flatMap(({ mesh, cell, clause }) => {
    const known = clause.deviation === undefined
      ? ""
      : ` (recorded deviation: ${clause.deviation.cause} ${clause.deviation.link})`;
    return [
      "",
      `${mesh.name} ${cell.scenario} ${clause.id}: ${clause.verdict}${known}`,
      `  expected: ${clause.expected}`,
      `  actual:   ${clause.actual}`,
      ...timeline(clause).map((line) => `  ${line}`),
      `  replay:   ${replayLine(run, mesh.name, cell.scenario)}`,
    ];
  });
}

/** How other commands are told of the run: by its id where that suffices, else by its folder. */
function runName(report: Report, out: string): string {
  return out === `${REPORTS}/${report.run.id}` ? report.run.id : out;
}
