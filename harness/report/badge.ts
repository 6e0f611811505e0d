import type { Badge } from "./badge_schema.ts";
import type { Report } from "./schema.ts";
import { isControl, percentKept } from "./score.ts";

/** More than so many meshes by name make a badge that nobody reads. */
const MOST_NAMED = 3;

/** From so many per cent of the judged clauses on, the colour; the first that fits. */
const COLOURS = [[100, "brightgreen"], [90, "green"], [75, "yellow"], [50, "orange"], [0, "red"]] as const;

/**
 * The run as a badge: what each mesh keeps of what it was judged by. The controls are left out where there is a mesh
 * beside them, since what they keep is known beforehand. The colour is that of the mesh that keeps the smallest share.
 */
export function badge(report: Report): Badge {
  const label = "mesh conformance";
  if (report.breaches.length > 0) {
    return { schemaVersion: 1, label, message: "harness in doubt", color: "lightgrey", isError: true };
  }
  const judged = report.meshes.flatMap(({ name, score }) =>
    score === null || score.judged === 0 ? [] : [{ name, score, percent: percentKept(score) }]
  );
  const subjects = judged.filter(({ name }) => !isControl(name));
  const shown = subjects.length > 0 ? subjects : judged;
  if (shown.length === 0) return { schemaVersion: 1, label, message: "not judged", color: "lightgrey" };
  const percents = shown.map(({ percent }) => percent);
  const least = Math.min(...percents);
  const message = shown.length <= MOST_NAMED
    ? shown.map(({ name, score }) => `${name} ${score.kept}/${score.judged}`).join(", ")
    : `${shown.length} meshes, ${rangeOf(least, Math.max(...percents))}`;
  const color = COLOURS.find(([from]) => least >= from)?.[1] ?? "red";
  return { schemaVersion: 1, label, message, color };
}

function rangeOf(least: number, most: number): string {
  return least === most ? `${least} %` : `${least} to ${most} %`;
}
