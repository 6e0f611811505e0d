import { compareIds } from "../../model/shard.ts";
import { conclude, type Concluded } from "../conclude.ts";
import type { Deviation } from "../deviations.ts";
import { sortFlips } from "../flips.ts";
import type { MeshReport, Report } from "../schema.ts";
import { demandSame, gather, inOrder, type Share, sortedCommand, wholeCommand } from "./shares.ts";

/**
 * Makes of the shares of a run the report that one machine would have made: its cells in the order of a whole run,
 * breaches, scores and exit code said anew from all of them.
 *
 * @param shares Every one, in any order.
 * @throws {MergeError} When they are not the shares of one run, or one is missing.
 */
export function mergeRuns(shares: readonly Share<Report>[], deviations: readonly Deviation[]): Concluded {
  const ordered = inOrder(shares, ({ run }) => run);
  demandSameRun(ordered);
  const { document: first } = ordered[0];
  const meshes = first.meshes.map((mesh) => ({
    ...mesh,
    cells: gather(
      ordered,
      (report) => meshOf(report, mesh.name)?.cells ?? [],
      (cell) => `${mesh.name}/${cell.scenario}`,
    ).sort((a, b) => compareIds(a.scenario, b.scenario)),
  }));
  const flips = ordered.flatMap(({ document }) => document.repeat?.flips ?? []);
  return conclude({
    schema: first.schema,
    run: mergedRun(ordered),
    meshes,
    ...(first.repeat === undefined ? {} : { repeat: { ...first.repeat, flips: sortFlips(flips) } }),
  }, deviations);
}

/** Everything that the shares must have in common; first what explains most of the rest. */
function demandSameRun(shares: readonly Share<Report>[]): void {
  demandSame(shares, "version of Meshproof", ({ run }) => run.version ?? "none");
  demandSame(shares, "commit", ({ run }) => run.commit);
  demandSame(shares, "seed", ({ run }) => String(run.seed));
  demandSame(shares, "runtime", ({ run }) => run.runtime);
  demandSame(shares, "meshes", ({ meshes }) => meshes.map(({ name }) => name).join(", "));
  for (const { name } of shares[0]?.document.meshes ?? []) {
    const of = (tell: (mesh: MeshReport) => string) => (report: Report) => {
      const mesh = meshOf(report, name);
      return mesh === undefined ? "none" : tell(mesh);
    };
    // The reason may name a place on the machine, so it is the fact alone that must be the same.
    demandSame(
      shares,
      `availability of ${name}`,
      of((mesh) => mesh.unavailable === undefined ? "judged" : "unavailable"),
    );
    demandSame(shares, `version of ${name}`, of((mesh) => mesh.version || "none"));
    demandSame(shares, `features of ${name}`, of((mesh) => mesh.declared.join(", ") || "none"));
  }
  demandSame(
    shares,
    "tools",
    ({ run }) => Object.entries(run.tools).map(([tool, version]) => `${tool} ${version}`).sort().join(", "),
  );
  demandSame(shares, "command", ({ run }) => sortedCommand(run));
  demandSame(shares, "number of rounds", ({ repeat }) => String(repeat?.rounds ?? 1));
}

/** The shares ran side by side: it began with the first that began, and took as long as the one that took longest. */
function mergedRun(shares: readonly [Share<Report>, ...Share<Report>[]]): Report["run"] {
  const runs = shares.map(({ document }) => document.run);
  const { shard: _, ...first } = shares[0].document.run;
  const earliest = runs.reduce((a, b) => Date.parse(b.startedAt) < Date.parse(a.startedAt) ? b : a);
  const parts = [...new Set(runs.flatMap((run) => Object.keys(run.parts)))];
  return {
    ...first,
    id: `${earliest.id}-merged`,
    command: wholeCommand(first),
    startedAt: earliest.startedAt,
    wallSeconds: Math.max(...runs.map((run) => run.wallSeconds)),
    parts: Object.fromEntries(
      parts.map((part) => [part, Math.max(...runs.map((run) => run.parts[part] ?? 0))]),
    ),
    shards: runs.map(({ id, startedAt, wallSeconds, machine }, at) => ({
      ...{ index: at + 1, id, startedAt, wallSeconds, machine },
    })),
  };
}

function meshOf({ meshes }: Report, name: string): MeshReport | undefined {
  return meshes.find((mesh) => mesh.name === name);
}
