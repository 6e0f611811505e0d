import { deviationsPart, EXIT_MEANINGS, factsPart } from "./html/facts.ts";
import { Markup, markup } from "./html/markup.ts";
import { matrixPart } from "./html/matrix.ts";
import { scoresPart, subjectsFirst } from "./html/scores.ts";
import { style } from "./html/style.ts";
import type { Report } from "./schema.ts";

/**
 * The report as one page for people: no script, nothing from elsewhere, light and dark, also on a phone. All words of
 * other programs are escaped, and the page's own policy forbids scripts besides.
 *
 * @param run How the lines that replay a cell name the run: its id, or its folder where that is not in `reports/`.
 */
export function htmlReport(report: Report, run: string = report.run.id): string {
  const meshes = subjectsFirst(report.meshes);
  const count =
    new Set(meshes.flatMap(({ cells }) => cells.flatMap(({ clauses }) => clauses.map(({ id }) => id)))).size;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Mesh conformance: ${report.run.id}</title>
<style>${new Markup(style(meshes.length))}</style>
</head>
<body>
<header>
<h1>Mesh conformance</h1>
<p>${counted(count, "clause")}, ${counted(meshes.length, "mesh", "meshes")}, ${
    report.run.wallSeconds.toFixed(1)
  } s,
${report.run.startedAt.slice(0, 16).replace("T", " ")} UTC, seed ${report.run.seed}.
Exit code ${report.exitCode}: ${EXIT_MEANINGS[report.exitCode]}.</p>
${breachesPart(report)}
</header>
<main>
<h2>Scores</h2>
${scoresPart(meshes)}
<h2 id="matrix">Clauses</h2>
<p class="quiet">Each verdict opens to what was expected, what was seen, and the events that prove it.</p>
<label class="tick"><input type="checkbox" id="quiet"> Hide what every mesh keeps</label>
${matrixPart(run, meshes)}
${deviationsPart(meshes)}
${factsPart(report)}
</main>
<footer class="quiet">Made by Meshproof from <a href="report.json">report.json</a>, which stands beside this page.</footer>
</body>
</html>
`;
  return page.text;
}

function breachesPart({ breaches }: Report): Markup | undefined {
  if (breaches.length === 0) return undefined;
  return markup`<div class="alert" role="alert"><strong>Control breach: the harness itself is in doubt, so there is no score.</strong>
<ul>${breaches.map((breach) => markup`<li>${breach}</li>`)}</ul></div>
`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
