import { clauseById } from "../../model/clauses.ts";
import { replayLine } from "../replay_line.ts";
import type { CellReport, ClauseReport, MeshReport } from "../schema.ts";
import { CONTROLS } from "../score.ts";
import { type Content, link, type Markup, markup } from "./markup.ts";
import { verdictWord } from "./verdict_word.ts";

/** A cell's result for one clause. */
export interface Judgement {
  readonly cell: CellReport;
  readonly clause: ClauseReport;
}

/** What opens below a cell of the matrix: every scenario that judged the clause on this mesh, with its evidence. */
export function panel(run: string, mesh: MeshReport, id: string, judgements: readonly Judgement[]): Markup {
  const { sentence, source, level } = clauseById(id);
  return markup`<p><strong>${id}</strong> <span class="quiet">${level}</span> ${sentence}</p>
<p class="quiet">Source: ${source}</p>
${judgements.map((judgement) => cellPart(run, mesh, judgement))}`;
}

function cellPart(run: string, mesh: MeshReport, { cell, clause }: Judgement): Markup {
  const { sign, word, tone } = verdictWord(clause, mesh.name === CONTROLS.hasNone);
  return markup`<section class="cell">
<h3>${mesh.name} / ${cell.scenario} <span class="mark ${tone}">${sign} ${word}</span></h3>
${deviationPart(clause)}
<div class="pair">
<div><h4>Expected</h4>${claims(clause.expected)}</div>
<div><h4>Actual</h4>${claims(clause.actual)}</div>
</div>
${timelinePart(clause)}
${runsPart(cell, clause.id)}
${
    cell.runs.length === 0
      ? undefined
      : markup`<h4>Replay</h4><pre>${replayLine(run, mesh.name, cell.scenario)}</pre>`
  }
</section>
`;
}

function deviationPart({ deviation }: ClauseReport): Markup | undefined {
  if (deviation === undefined) return undefined;
  return markup`<h4>Recorded deviation</h4><p>${deviation.cause} ${link(deviation.link)}</p>`;
}

/** A judge joins its claims by semicolons. */
function claims(text: string): Markup {
  const each = text.split("; ");
  return each.length === 1
    ? markup`<p>${text}</p>`
    : markup`<ul class="claims">${each.map((claim) => markup`<li>${claim}</li>`)}</ul>`;
}

/** Two sides: what the caller and the harness saw on the left, what the upstreams saw on the right. */
function timelinePart({ evidence }: ClauseReport): Markup | undefined {
  if (evidence.length === 0) return undefined;
  const rows = evidence.map(({ t, source, text }): Content => {
    const instance = source.startsWith("upstream:") ? source.slice("upstream:".length) : undefined;
    const sides = instance === undefined
      ? markup`<td>${source}: ${text}</td><td></td>`
      : markup`<td></td><td class="right">${instance}: ${text}</td>`;
    return markup`<tr><td class="number">${t.toFixed(1)} ms</td>${sides}</tr>\n`;
  });
  return markup`<h4>Evidence <span class="quiet">(time since the run began; caller left, upstream right)</span></h4>
<table class="timeline"><thead><tr><th scope="col">time</th><th scope="col">caller and harness</th><th scope="col">upstream</th></tr></thead>
<tbody>${rows}</tbody></table>
`;
}

function runsPart(cell: CellReport, id: string): Markup | undefined {
  if (cell.runs.length === 0) return undefined;
  const rows = cell.runs.map((run) => {
    const parts = Object.entries(run.parts).map(([part, seconds]) => `${part} ${seconds.toFixed(3)} s`);
    const history = run.history === ""
      ? undefined
      : markup`, <a href="${run.history.split("/").map(encodeURIComponent).join("/")}">history</a>`;
    return markup`<li>${run.verdicts[id] ?? "not judged"}, <span class="number">${
      run.seconds.toFixed(3)
    } s</span> (${parts.join(", ")})${run.alone ? ", alone" : ""}${history}</li>`;
  });
  return markup`<h4>${cell.runs.length === 1 ? "Run" : "Runs"}</h4><ol class="claims">${rows}</ol>`;
}
