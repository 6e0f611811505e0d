import type { MeshReport } from "../schema.ts";
import { clausesOf, CONTROLS, isControl, percentKept } from "../score.ts";
import { type Markup, markup } from "./markup.ts";
import { panelId } from "./matrix.ts";
import { verdictWord } from "./verdict_word.ts";

/** A card a mesh: what it keeps, and every clause that needs somebody's eyes. */
export function scoresPart(meshes: readonly MeshReport[]): Markup {
  return markup`<ul class="cards">${meshes.map(card)}</ul>`;
}

function card(mesh: MeshReport, index: number): Markup {
  const { name, version } = mesh;
  const purpose = name === CONTROLS.hasNone
    ? markup`<p class="quiet">Control without a mesh: it is there to fail.</p>\n`
    : name === CONTROLS.keepsAll
    ? markup`<p class="quiet">Control: it is there to keep every clause.</p>\n`
    : undefined;
  return markup`<li class="card"><h3>${name} <span class="quiet">${
    name === CONTROLS.hasNone ? "" : version
  }</span></h3>
${purpose}${scorePart(mesh)}${eyesPart(mesh, index)}</li>
`;
}

function scorePart(mesh: MeshReport): Markup {
  if (mesh.unavailable !== undefined) return markup`<p>Not judged: ${mesh.unavailable}</p>`;
  const { score } = mesh;
  if (score === null) return markup`<p>No score: the controls were breached.</p>`;
  const { kept, judged, total, core, extended } = score;
  const percent = judged === 0 ? "" : `, ${percentKept(score)} %`;
  const share = (count: number) => `${total === 0 ? 0 : 100 * count / total}%`;
  const rest = total - judged;
  const failed = mesh.name === CONTROLS.hasNone ? "faint" : "bad";
  return markup`<p class="score">${kept} / ${judged} <small>kept${percent}</small></p>
<div class="bar" aria-hidden="true"><span class="good" style="width:${
    share(kept)
  }"></span><span class="${failed}" style="width:${share(judged - kept)}"></span></div>
<p class="quiet">core ${core.kept} / ${core.judged}${
    extended.judged === 0 ? "" : `, extended ${extended.kept} / ${extended.judged}`
  }${rest === 0 ? "" : `, ${rest} not judged`}</p>
`;
}

/** Of `direct` nothing: its failures are what it is there for. */
function eyesPart(mesh: MeshReport, index: number): Markup | undefined {
  if (mesh.name === CONTROLS.hasNone) return undefined;
  const clauses = [...clausesOf(mesh).values()].filter(({ verdict }) =>
    verdict !== "pass" && verdict !== "unsupported"
  );
  if (clauses.length === 0) return undefined;
  return markup`<ul class="claims">${
    clauses.map((clause) => {
      const { sign, word, tone } = verdictWord(clause);
      return markup`<li><a href="#${
        panelId(index, clause.id)
      }">${clause.id}</a> <span class="mark ${tone}">${sign} ${word}</span></li>`;
    })
  }</ul>`;
}

/** The meshes under test first, the controls after them. */
export function subjectsFirst(meshes: readonly MeshReport[]): readonly MeshReport[] {
  return [
    ...meshes.filter(({ name }) => !isControl(name)),
    ...meshes.filter(({ name }) => isControl(name)),
  ];
}
