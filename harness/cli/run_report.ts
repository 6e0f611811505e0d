import type { CellRuns } from "../engine/run_cells.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import { unsupportedReason } from "../engine/plan.ts";
import type { Site } from "../engine/site.ts";
import type { MeshAdapter } from "../model/mesh.ts";
import { cellReport, round, unsupportedCell } from "../report/build.ts";
import { type Deviation, staleDeviations } from "../report/deviations.ts";
import { type MeshReport, type Report, reportSchema } from "../report/schema.ts";
import { breachesOf, exitCodeOf, scoreOf, type StaleDeviation } from "../report/score.ts";

/** What a run came to. */
export interface RunResult {
  readonly site: Site;
  readonly command: string;
  /** Scenarios and adapters that do not come with the harness. */
  readonly own: Pick<Report["run"], "scenarios" | "adapters">;
  readonly startedAt: Date;
  readonly wallSeconds: number;
  readonly meshes: readonly {
    readonly adapter: MeshAdapter;
    readonly version: string;
    readonly unavailable?: string;
  }[];
  readonly scenarios: readonly LoadedScenario[];
  readonly cells: readonly CellRuns[];
  readonly deviations: readonly Deviation[];
}

/** The report of a run, with the recorded deviations that it shows to be out of date. */
export async function reportOf(result: RunResult): Promise<{ report: Report; stale: StaleDeviation[] }> {
  const { site } = result;
  const unscored = result.meshes.map((mesh) => meshReport(result, mesh));
  const breaches = breachesOf(unscored);
  const meshes = unscored.map((mesh) => ({ ...mesh, score: breaches.length > 0 ? null : scoreOf(mesh) }));
  const stale = staleDeviations(meshes, result.deviations);
  const report: Report = {
    schema: "meshproof.report/v1",
    run: {
      id: site.runId,
      seed: site.seed,
      commit: await commit(),
      command: result.command,
      ...result.own,
      runtime: "process",
      startedAt: result.startedAt.toISOString(),
      wallSeconds: round(result.wallSeconds),
      parts: Object.fromEntries(Object.entries(site.parts).map(([part, seconds]) => [part, round(seconds)])),
      tools: await toolVersions(result),
      machine: {
        os: Deno.build.os,
        arch: Deno.build.arch,
        cores: navigator.hardwareConcurrency,
        memoryBytes: Deno.systemMemoryInfo().total,
        deno: Deno.version.deno,
      },
    },
    meshes,
    breaches,
    exitCode: exitCodeOf({ meshes, breaches }, stale),
  };
  return { report: reportSchema.parse(report), stale };
}

function meshReport(result: RunResult, mesh: RunResult["meshes"][number]): MeshReport {
  const { adapter, version, unavailable } = mesh;
  const cells = result.scenarios.map((loaded) => {
    const { id, clauses } = loaded.scenario;
    const runs = result.cells.find(({ plan }) => plan.mesh === adapter && plan.loaded === loaded);
    if (runs === undefined) {
      return unsupportedCell(id, clauses, unavailable ?? unsupportedReason(adapter, loaded) ?? "not driven");
    }
    return cellReport(
      id,
      adapter.name,
      runs.runs.map((run) => ({
        verdicts: run.verdicts,
        events: run.evidence,
        history: run.history.slice(result.site.out.length + 1),
        seconds: run.seconds,
        parts: run.parts,
        alone: run.alone,
      })),
      result.deviations,
    );
  });
  return {
    name: adapter.name,
    version,
    declared: [...adapter.features],
    score: null,
    cells,
    ...(unavailable === undefined ? {} : { unavailable }),
  };
}

async function toolVersions(result: RunResult): Promise<Record<string, string>> {
  const names = new Set([
    "etcd",
    ...result.meshes.filter((mesh) => !mesh.unavailable).flatMap((mesh) => mesh.adapter.tools),
  ]);
  const versions = await Promise.all(
    [...names].map(async (name) => [name, await result.site.tools.version(name)] as const),
  );
  return Object.fromEntries(versions);
}

/** The commit that runs, with `+changes` when the tree differs from it. */
async function commit(): Promise<string> {
  const folder = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  try {
    const head = await git("rev-parse", "HEAD");
    if (head === undefined) return "unknown";
    return await git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}+changes`;
  } catch {
    return "unknown"; // no git on this machine
  }
}
