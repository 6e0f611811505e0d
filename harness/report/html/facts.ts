import { flipInWords } from "../flips.ts";
import type { MeshReport, Report } from "../schema.ts";
import { clausesOf } from "../score.ts";
import { type Content, link, type Markup, markup } from "./markup.ts";
import { panelId } from "./matrix.ts";

/** What each exit code says of a run. */
export const EXIT_MEANINGS: Readonly<Record<Report["exitCode"], string>> = {
  0: "every judged clause is kept or is a recorded deviation",
  1: "a clause failed, or a recorded deviation now passes",
  2: "inconclusive or vacuous, or a verdict that flipped between rounds",
  64: "bad arguments",
  70: "harness error or control breach",
};

/** The recorded deviations that the run met. */
export function deviationsPart(meshes: readonly MeshReport[]): Markup | undefined {
  const rows = meshes.flatMap((mesh, index) =>
    [...clausesOf(mesh).values()].flatMap(({ id, deviation }) =>
      deviation === undefined ? [] : [
        markup`<tr><th scope="row" class="short">${mesh.name} <a href="#${panelId(index, id)}">${id}</a></th>
<td>${deviation.cause}<br>${link(deviation.link)}</td></tr>\n`,
      ]
    )
  );
  if (rows.length === 0) return undefined;
  return markup`<h2 id="deviations">Known deviations</h2>
<div class="box scroll"><table aria-labelledby="deviations"><thead><tr><th scope="col" class="short">mesh and clause</th><th scope="col">cause, and its makers' word</th></tr></thead>
<tbody>${rows}</tbody></table></div>
`;
}

/** All that one needs to have the same run again. */
export function factsPart({ run, repeat, exitCode }: Report): Markup {
  const { machine } = run;
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => `${name} ${value}`).join(", ");
  const seconds = Object.fromEntries(
    Object.entries(run.parts).map(([part, value]) => [part, `${value.toFixed(1)} s`]),
  );
  const facts: readonly (readonly [string, Content])[] = [
    ["run", run.id],
    ["command", markup`<code>deno task meshproof ${run.command}</code>`],
    ["exit code", `${exitCode}: ${EXIT_MEANINGS[exitCode]}`],
    ["seed", run.seed],
    ["commit", markup`<code>${run.commit}</code>`],
    ["runtime", run.runtime],
    ["started", run.startedAt],
    ["took", `${run.wallSeconds.toFixed(1)} s (${pairs(seconds)})`],
    ["tools", pairs(run.tools)],
    [
      "machine",
      `${machine.os} ${machine.arch}, ${machine.cores} cores, ${
        (machine.memoryBytes / 2 ** 30).toFixed(1)
      } GiB, Deno ${machine.deno}`,
    ],
    ...run.shard === undefined
      ? []
      : [["share", `${run.shard.index} of ${run.shard.count}; the scores are of this share alone`] as const],
    ...run.shards === undefined ? [] : [["merged from", run.shards.map(shareInWords).join("; ")] as const],
    ...repeat === undefined
      ? []
      : [["rounds", [`${repeat.rounds}`, ...repeat.flips.map(flipInWords)].join("; ")] as const],
    ...run.scenarios === undefined ? [] : [["scenarios", run.scenarios] as const],
    ...run.adapters === undefined ? [] : [["adapters", run.adapters.join(", ")] as const],
  ];
  return markup`<h2>The run</h2>
<div class="box"><dl class="facts">${
    facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)
  }</dl></div>
`;
}

function shareInWords(
  { index, id, wallSeconds, machine }: NonNullable<Report["run"]["shards"]>[number],
): string {
  return `${index}: ${id}, ${
    wallSeconds.toFixed(1)
  } s, ${machine.os} ${machine.arch}, ${machine.cores} cores`;
}
