import Table from "cli-table3";
import { type ClauseFamily, FAMILIES } from "../model/clause.ts";
import { clauseById, CLAUSES } from "../model/clauses.ts";
import type { ClauseReport, MeshReport, Report } from "./schema.ts";
import { clausesOf, percentKept } from "./score.ts";

/** Paints a word; the identity where colours are off. */
export type Paint = (kind: "good" | "bad" | "doubt" | "faint" | "strong", text: string) => string;

/** One column of the matrix. */
export interface MatrixColumn {
  readonly title: string;
  readonly mesh: MeshReport;
}

/** How a matrix differs from the plain one. */
export interface MatrixOptions {
  /** Only these clauses. @default all that a column judges */
  readonly clauses?: ReadonlySet<string>;
  /** Scores by family stand above the whole ones. @default false */
  readonly families?: boolean;
  /** A remark behind a verdict. @default none */
  readonly remark?: (column: number, clause: string) => string;
}

/** The conformance matrix of a run: clauses down, meshes across, scores below. */
export function matrix(report: Report, paint: Paint): string {
  return verdictTable(
    report.meshes.map((mesh) => ({ title: `${mesh.name} ${mesh.version}`, mesh })),
    paint,
  );
}

/** Clauses down, columns across, scores below. */
export function verdictTable(
  columns: readonly MatrixColumn[],
  paint: Paint,
  options: MatrixOptions = {},
): string {
  const { clauses: wanted, families = false, remark = () => "" } = options;
  const verdicts = columns.map(({ mesh }) => clausesOf(mesh));
  const ids = CLAUSES.map(({ id }) => id)
    .filter((id) => verdicts.some((each) => each.has(id)) && (wanted?.has(id) ?? true));
  const table = new Table({
    head: ["clause", "promise", ...columns.map(({ title }) => title)],
    colWidths: [9, 54, ...columns.map(() => null)],
    wordWrap: true,
    style: { head: [], border: [], compact: true, "padding-left": 1, "padding-right": 1 },
  });
  for (const id of ids) {
    table.push([
      id,
      shorten(clauseById(id).sentence),
      ...verdicts.map((each, column) => cellText(each.get(id), paint) + remark(column, id)),
    ]);
  }
  if (families) table.push(...familyRows(columns));
  table.push([
    "",
    paint("strong", "score (kept / judged)"),
    ...columns.map(({ mesh }) => paint("strong", scoreText(mesh))),
  ]);
  return table.toString();
}

function familyRows(columns: readonly MatrixColumn[]): string[][] {
  return (Object.keys(FAMILIES) as ClauseFamily[]).flatMap((family) => {
    const tallies = columns.map(({ mesh }) => mesh.score?.profiles[family]);
    if (tallies.every((tally) => tally === undefined)) return [];
    return [[
      `${family}-*`,
      FAMILIES[family],
      ...tallies.map((tally) => tally === undefined ? "-" : `${tally.kept} / ${tally.judged}`),
    ]];
  });
}

/** The promise's beginning, to fit one line of the matrix. */
function shorten(sentence: string): string {
  const room = 51;
  return sentence.length <= room ? sentence : sentence.slice(0, room - 3).trimEnd() + "...";
}

function cellText(clause: ClauseReport | undefined, paint: Paint): string {
  if (clause === undefined) return paint("faint", "-");
  if (clause.verdict === "pass") return paint("good", "pass");
  if (clause.verdict === "unsupported") return paint("faint", "unsupported");
  if (clause.verdict !== "fail") return paint("doubt", clause.verdict);
  return clause.deviation === undefined ? paint("bad", "FAIL") : paint("bad", "FAIL (known)");
}

function scoreText(mesh: MeshReport): string {
  if (mesh.unavailable !== undefined) return "unavailable";
  if (mesh.score === null) return "no score";
  const { kept, judged } = mesh.score;
  const percent = judged === 0 ? "" : ` = ${percentKept(mesh.score)} %`;
  return `${kept} / ${judged}${percent}`;
}
