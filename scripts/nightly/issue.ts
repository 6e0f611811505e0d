import { type Deviation, staleDeviations } from "../../harness/report/deviations.ts";
import { flipInWords } from "../../harness/report/flips.ts";
import { EXIT_MEANINGS } from "../../harness/report/html/facts.ts";
import { replayLine } from "../../harness/report/replay_line.ts";
import type { Report } from "../../harness/report/schema.ts";
import { timeline } from "../../harness/report/timeline.ts";
import { type Trouble, troublesOf } from "../../harness/report/troubles.ts";

/** What one runtime's night left. */
export interface Night {
  /** Folder of the merged run, as it is called when the artefact is unpacked. */
  readonly folder: string;
  /** Its report; or why there is none. */
  readonly report: Report | string;
}

/** What an issue is about and says. */
export interface Issue {
  readonly title: string;
  /** GitHub's Markdown. */
  readonly body: string;
}

/** Whoever reads an issue reads the first few; the rest stands in the table, and in the report. */
const MOST_DETAILS = 12;
/** Enough of a timeline to see the call that went wrong. */
const MOST_EVENTS = 12;
/** Of a table or a list. */
const MOST_ROWS = 60;
/** Of what a judge or a mesh says in one place. */
const MOST_WORDS_CHARACTERS = 600;
/** GitHub takes 65,536 characters. */
const MOST_CHARACTERS = 60_000;

/** The verdicts that made the night red: recorded deviations are known, and did not. */
export function nightTroubles(report: Report): Trouble[] {
  return troublesOf(report).filter(({ clause }) => clause.deviation === undefined);
}

/** Whether there is nothing to say of a night. */
export function isQuiet({ report }: Night): boolean {
  return typeof report !== "string" && report.exitCode === 0;
}

/**
 * The issue about a night in which something went wrong: the same of the same reports.
 *
 * @param seed That was drawn; `undefined` when not even that was reached.
 * @param runUrl Page of the workflow's run, where the artefacts are.
 */
export function issueOf(
  nights: readonly Night[],
  deviations: readonly Deviation[],
  seed?: string,
  runUrl?: string,
): Issue {
  const lines = [
    `The whole catalogue was run with the fresh seed **${seed ?? "none was drawn"}**.`,
    ...(runUrl === undefined ? [] : [`Reports, histories and logs are artefacts of ${runUrl}.`]),
    "",
    "| runtime | exit code | meaning |",
    "| --- | --- | --- |",
    ...nights.map(({ folder, report }) =>
      typeof report === "string"
        ? `| ${code(folder)} | none | there is no report |`
        : `| ${report.run.runtime} | ${report.exitCode} | ${EXIT_MEANINGS[report.exitCode]} |`
    ),
    ...nights.filter((night) => !isQuiet(night)).flatMap((night) => ["", ...nightPart(night, deviations)]),
  ];
  return { title: titleOf(nights, seed), body: shortened(lines.join("\n") + "\n") };
}

function titleOf(nights: readonly Night[], seed: string | undefined): string {
  const words = nights.filter((night) => !isQuiet(night)).map(({ folder, report }) => {
    if (typeof report === "string") return `no report of ${folder}`;
    const count = nightTroubles(report).length;
    return count === 0
      ? `${report.run.runtime} ended with ${report.exitCode}`
      : `${count} ${count === 1 ? "verdict" : "verdicts"} on ${report.run.runtime}`;
  });
  return `Nightly: ${words.join(", ")} (seed ${seed ?? "unknown"})`;
}

function nightPart({ folder, report }: Night, deviations: readonly Deviation[]): string[] {
  if (typeof report === "string") return [`## ${code(folder)}`, "", ...fenced(report)];
  const { run } = report;
  const troubles = nightTroubles(report);
  const stale = staleDeviations(report.meshes, deviations);
  return [
    `## Runtime ${run.runtime}`,
    "",
    `Commit ${code(run.commit)}, seed ${code(String(run.seed))}, rounds: ${report.repeat?.rounds ?? 1}, ` +
    `${run.wallSeconds.toFixed(0)} s. To run all of it again:`,
    "",
    ...fenced(`deno task meshproof ${run.command}`),
    ...list("Control breaches: the harness itself is in doubt", report.breaches),
    ...list(
      "Recorded deviations that pass, to be taken out of scenarios/deviations.yaml",
      stale.map(({ mesh, clause }) => `${mesh} ${clause}`),
    ),
    ...list("Verdicts that were not the same in every round", (report.repeat?.flips ?? []).map(flipInWords)),
    ...(troubles.length === 0 ? [] : ["", ...table(troubles)]),
    ...troubles.slice(0, MOST_DETAILS).flatMap((trouble) => ["", ...details(folder, report, trouble)]),
    ...(troubles.length <= MOST_DETAILS
      ? []
      : ["", `${troubles.length - MOST_DETAILS} more are in the table above and in ${code("report.html")}.`]),
  ];
}

function table(troubles: readonly Trouble[]): string[] {
  return [
    "| verdict | mesh | scenario | clause |",
    "| --- | --- | --- | --- |",
    ...troubles.slice(0, MOST_ROWS).map(({ mesh, cell, clause }) =>
      `| ${clause.verdict} | ${code(mesh.name)} | ${code(cell.scenario)} | ${clause.id} |`
    ),
    ...(troubles.length > MOST_ROWS ? ["", `... and ${troubles.length - MOST_ROWS} more`] : []),
  ];
}

/** What was expected and seen, in fences: a mesh may have said anything. */
function details(folder: string, { run }: Report, { mesh, cell, clause }: Trouble): string[] {
  const events = timeline(clause);
  const alone = ["run", `--seed ${run.seed}`, `--runtime ${run.runtime}`, `--mesh ${mesh.name}`];
  return [
    `### ${code(`${mesh.name} ${cell.scenario}`)} ${clause.id}: ${clause.verdict}`,
    "",
    ...fenced([
      `expected: ${clipped(clause.expected)}`,
      `actual:   ${clipped(clause.actual)}`,
      ...events.slice(0, MOST_EVENTS).map(clipped),
      ...(events.length > MOST_EVENTS ? [`... and ${events.length - MOST_EVENTS} events more`] : []),
    ].join("\n")),
    `Replay, with the folder ${code(folder)} of the artefact at hand, or without:`,
    "",
    ...fenced([
      replayLine(folder, mesh.name, cell.scenario),
      `deno task meshproof ${alone.join(" ")} --scenario ${cell.scenario}`,
    ].join("\n")),
  ];
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > MOST_ROWS ? [`... and ${items.length - MOST_ROWS} more`] : [];
  return ["", `${title}:`, "", ...fenced([...items.slice(0, MOST_ROWS).map(clipped), ...more].join("\n"))];
}

/** A block that its content cannot end, and in which `@name` calls nobody. */
function fenced(text: string): string[] {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return [`${fence}text`, text, fence];
}

function clipped(text: string): string {
  return text.length <= MOST_WORDS_CHARACTERS ? text : `${text.slice(0, MOST_WORDS_CHARACTERS)}...`;
}

function code(text: string): string {
  const word = text.replaceAll(/[\r\n|]/g, " ");
  const quote = "`".repeat(1 + longestRun(word));
  return quote.length === 1 ? `${quote}${word}${quote}` : `${quote} ${word} ${quote}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Cut where a part begins, so that no fence stays open. */
function shortened(body: string): string {
  if (body.length <= MOST_CHARACTERS) return body;
  const kept = body.slice(0, MOST_CHARACTERS);
  const cut = Math.max(kept.lastIndexOf("\n## "), kept.lastIndexOf("\n### "));
  return `${kept.slice(0, cut)}\n\nThe rest does not fit; it is in \`report.html\`.\n`;
}
