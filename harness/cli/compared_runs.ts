import type { ComparedMesh } from "../report/comparison.ts";
import type { MeshReport } from "../report/schema.ts";
import { isControl } from "../report/score.ts";
import { UsageError } from "./exit.ts";
import type { StoredRun } from "./stored_run.ts";

/** A run as it was named on the command line: whole, or one mesh of it. */
export interface NamedRun extends StoredRun {
  /** As it was typed, without the mesh. */
  readonly name: string;
  readonly mesh?: string;
}

/** One column: a mesh of a run. */
export interface Column extends ComparedMesh {
  /** Index of the named run. */
  readonly run: number;
}

/** Splits `<run>:<mesh>`; a name without a colon is a whole run. */
export function splitName(text: string): { readonly name: string; readonly mesh?: string } {
  const [, name, mesh] = /^(.+):([^/:]+)$/.exec(text) ?? [];
  return name === undefined || mesh === undefined ? { name: text } : { name, mesh };
}

/**
 * What stands side by side. Whole runs: each mesh beside itself, measured against the first run. Where a run is named
 * with a mesh: one column each, measured against the first; a run that is named without one stands for that mesh of it.
 *
 * @throws UsageError When a mesh is not in its run, or nothing is left to compare.
 */
export function columnsOf(runs: readonly NamedRun[]): readonly Column[] {
  const named = runs.find(({ mesh }) => mesh !== undefined)?.mesh;
  const columns = named === undefined ? wholeRuns(runs) : singleMeshes(runs, named);
  if (columns.some(({ baseline }) => baseline !== undefined)) return columns;
  const each = runs.map(({ name, report }) => `${name} (${meshNames(report.meshes)})`).join(" and ");
  throw new UsageError(
    runs.length === 1
      ? `compare: expected two runs, or two meshes of one as <run>:<mesh>, found ${each}`
      : `compare: expected runs with a mesh in common, found ${each}; compare two meshes as <run>:<mesh>`,
  );
}

function singleMeshes(runs: readonly NamedRun[], named: string): Column[] {
  // What was typed is checked before what it is taken to mean for the others.
  for (const run of runs) if (run.mesh !== undefined) meshOf(run, run.mesh);
  return runs.map((run, index) => ({
    run: index,
    mesh: meshOf(run, run.mesh ?? named),
    baseline: index === 0 ? undefined : 0,
  }));
}

function meshOf({ name, report: { meshes } }: NamedRun, wanted: string): MeshReport {
  const mesh = meshes.find((each) => each.name === wanted);
  if (mesh !== undefined) return mesh;
  throw new UsageError(
    `${name}:${wanted}: expected one of the run's meshes, ${meshNames(meshes)}; found "${wanted}"`,
  );
}

function wholeRuns(runs: readonly NamedRun[]): Column[] {
  const all = runs.flatMap(({ report }) => report.meshes.map(({ name }) => name));
  const names = [...new Set(all)].sort((a, b) => Number(isControl(a)) - Number(isControl(b)));
  const columns: Column[] = [];
  for (const name of names) {
    const first = columns.length;
    const inFirstRun = runs[0]?.report.meshes.some((each) => each.name === name) ?? false;
    for (const [run, { report }] of runs.entries()) {
      const mesh = report.meshes.find((each) => each.name === name);
      if (mesh === undefined) continue;
      columns.push({ run, mesh, baseline: run === 0 || !inFirstRun ? undefined : first });
    }
  }
  return columns;
}

function meshNames(meshes: readonly { readonly name: string }[]): string {
  return meshes.map(({ name }) => name).join(", ") || "no mesh";
}
