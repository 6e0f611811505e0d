import { type Clause, FAMILIES } from "../../model/clause.ts";
import { CLAUSES } from "../../model/clauses.ts";
import type { ClauseReport, MeshReport } from "../schema.ts";
import { clausesOf, CONTROLS } from "../score.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { panel } from "./panel.ts";
import { verdictWord } from "./verdict_word.ts";

/** Where the panel of a clause on a mesh stands on the page; a link to it opens it. */
export function panelId(meshIndex: number, clause: string): string {
  return `mesh${meshIndex}-${clause}`;
}

interface Column {
  readonly mesh: MeshReport;
  readonly clauses: ReadonlyMap<string, ClauseReport>;
  readonly index: number;
  /** Columns from this one to the right edge. */
  readonly columnsAfter: number;
}

/** Clauses down by family, meshes across; each cell opens to its evidence. */
export function matrixPart(run: string, meshes: readonly MeshReport[]): Markup {
  const columns = meshes.map((mesh, index): Column => ({
    mesh,
    clauses: clausesOf(mesh),
    index,
    columnsAfter: meshes.length - index,
  }));
  const families = Object.entries(FAMILIES).map(([family, name]) => ({
    family,
    name,
    clauses: CLAUSES.filter(({ id, family: own }) =>
      own === family && columns.some(({ clauses }) => clauses.has(id))
    ),
  })).filter(({ clauses }) => clauses.length > 0);
  const heads = meshes.map((mesh) =>
    markup`<th scope="col" role="columnheader" class="mesh">${mesh.name}<br><span class="quiet">${
      mesh.name === CONTROLS.hasNone ? "control, no mesh" : mesh.version
    }</span></th>`
  );
  // Roles: where rows become cards, `display` would take them from the table's parts.
  return markup`<div class="box"><table class="matrix" role="table" aria-labelledby="matrix">
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">clause</th>${heads}</tr></thead>
${families.map((each) => familyPart(run, each, columns))}</table></div>
`;
}

function familyPart(
  run: string,
  { family, name, clauses }: { family: string; name: string; clauses: readonly Clause[] },
  columns: readonly Column[],
): Markup {
  const scores = columns.map(({ mesh }) => {
    const tally = mesh.score?.profiles[family];
    const text = tally === undefined ? "–" : `${tally.kept} / ${tally.judged}`;
    return markup`<td role="cell" data-mesh="${mesh.name}">${text}</td>`;
  });
  const rows = clauses.map((clause) => ({ clause, isKept: isKeptByAll(clause, columns) }));
  const kept = rows.every(({ isKept }) => isKept) ? "kept" : "";
  return markup`<tbody role="rowgroup" class="${kept}">
<tr role="row" class="family"><th scope="rowgroup" role="rowheader">${name} <span class="quiet">${family}</span></th>${scores}</tr>
${rows.map(({ clause, isKept }) => clauseRow(run, clause, isKept, columns))}</tbody>
`;
}

/** By all meshes but `direct`, which is there to break them. */
function isKeptByAll({ id }: Clause, columns: readonly Column[]): boolean {
  return columns.every(({ mesh, clauses }) => {
    const verdict = clauses.get(id)?.verdict;
    return verdict === "pass" || (mesh.name === CONTROLS.hasNone && verdict === "fail");
  });
}

function clauseRow(run: string, clause: Clause, isKept: boolean, columns: readonly Column[]): Markup {
  const { id, sentence, level } = clause;
  return markup`<tr role="row" class="${isKept ? "kept" : ""}">
<th scope="row" role="rowheader"><span class="promise" title="${sentence}"><strong>${id}</strong>${
    level === "core" ? "" : markup` <span class="quiet">${level}</span>`
  } ${sentence}</span></th>
${columns.map((column) => verdictCell(run, id, column))}</tr>
`;
}

function verdictCell(run: string, id: string, { mesh, clauses, index, columnsAfter }: Column): Content {
  const worst = clauses.get(id);
  if (worst === undefined) {
    return markup`<td role="cell" data-mesh="${mesh.name}" class="absent">not judged</td>`;
  }
  const judgements = mesh.cells.flatMap((cell) =>
    cell.clauses.filter((clause) => clause.id === id).map((clause) => ({ cell, clause }))
  );
  const { sign, word, tone } = verdictWord(worst, mesh.name === CONTROLS.hasNone);
  return markup`<td role="cell" data-mesh="${mesh.name}"><details name="${id}"><summary class="${tone}"><span aria-hidden="true">${sign}</span><span>${word}<span class="hidden">: ${mesh.name}, ${id}</span></span></summary>
<div class="panel" id="${panelId(index, id)}" style="--columns-after:${columnsAfter}">
${panel(run, mesh, id, judgements)}</div></details></td>
`;
}
