import Table from "cli-table3";
import type { ClauseReport, MeshReport, Report } from "./schema.ts";
import { clausesOf } from "./score.ts";
import { clauseById } from "../model/clauses.ts";

/** Paints a word; the identity where colours are off. */
export type Paint = (kind: "good" | "bad" | "doubt" | "faint" | "strong", text: string) => string;

/** The conformance matrix: clauses down, meshes across, scores below. */
export function matrix(report: Report, paint: Paint): string {
  const meshes = report.meshes;
  const clauses = meshes.map((mesh) => clausesOf(mesh));
  const ids = [...new Set(clauses.flatMap((each) => [...each.keys()]))].sort(byFamily);
  const table = new Table({
    head: ["clause", "promise", ...meshes.map((mesh) => `${mesh.name} ${mesh.version}`)],
    colWidths: [9, 54, ...meshes.map(() => null)],
    wordWrap: true,
    style: { head: [], border: [], compact: true, "padding-left": 1, "padding-right": 1 },
  });
  for (const id of ids) {
    table.push([
      id,
      shorten(clauseById(id).sentence),
      ...clauses.map((each) => cellText(each.get(id), paint)),
    ]);
  }
  table.push([
    "",
    paint("strong", "score (kept / judged)"),
    ...meshes.map((mesh) => paint("strong", scoreText(mesh))),
  ]);
  return table.toString();
}

function byFamily(a: string, b: string): number {
  const order = ["RTE", "CFG", "DSC", "BRK", "RTY", "LIM", "TMO", "SEC", "OBS", "GTW", "SID", "EVT", "SYS"];
  return order.indexOf(a.slice(0, 3)) - order.indexOf(b.slice(0, 3)) || a.localeCompare(b);
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
  const percent = judged === 0 ? "" : ` = ${(100 * kept / judged).toFixed(0)} %`;
  return `${kept} / ${judged}${percent}`;
}
