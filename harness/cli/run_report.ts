import project from "../../deno.json" with { type: "json" };
import type { CellRuns } from "../engine/run_cells.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import { unsupportedReason } from "../engine/plan.ts";
import type { Site } from "../engine/site.ts";
import type { MeshAdapter } from "../model/mesh.ts";
import type { Shard } from "../model/shard.ts";
import { cellReport, round, unsupportedCell } from "../report/build.ts";
import { conclude, type Concluded, type Unconcluded } from "../report/conclude.ts";
import type { Deviation } from "../report/deviations.ts";
import { flipsOf, type JudgedCell } from "../report/flips.ts";
import type { MeshReport, Report } from "../report/schema.ts";
import { commit } from "./commit.ts";

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
  /** Of `--repeat`; the cells of the last one are those of the report. */
  readonly rounds: readonly (readonly CellRuns[])[];
  readonly shard?: Shard;
  readonly deviations: readonly Deviation[];
}

/** The report of a run, with the recorded deviations that it shows to be out of date. */
export async function reportOf(result: RunResult): Promise<Concluded> {
  const { site, rounds, shard } = result;
  const unconcluded: Unconcluded = {
    schema: "meshproof.report/v1",
    run: {
      id: site.runId,
      seed: site.seed,
      commit: await commit(),
      version: project.version,
      command: result.command,
      ...result.own,
      runtime: site.runtime.kind,
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
      ...(shard === undefined ? {} : { shard }),
    },
    meshes: result.meshes.map((mesh) => meshReport(result, mesh)),
    ...(rounds.length > 1 ? { repeat: { rounds: rounds.length, flips: flipsOf(rounds.map(judged)) } } : {}),
  };
  return conclude(unconcluded, result.deviations);
}

/** The cells of a round, each by its last run. */
function judged(cells: readonly CellRuns[]): JudgedCell[] {
  return cells.map(({ plan, runs }) => ({
    mesh: plan.mesh.name,
    scenario: plan.loaded.scenario.id,
    clauses: runs.at(-1)?.verdicts ?? [],
  }));
}

function meshReport(result: RunResult, mesh: RunResult["meshes"][number]): MeshReport {
  const { adapter, version, unavailable } = mesh;
  const cells = result.scenarios.map((loaded) => {
    const { id, clauses } = loaded.scenario;
    const runs = result.rounds.at(-1)?.find(({ plan }) => plan.mesh === adapter && plan.loaded === loaded);
    if (runs === undefined) {
      return unsupportedCell(
        id,
        clauses,
        unavailable ?? unsupportedReason(adapter, loaded, result.site.runtime.kind) ?? "not driven",
      );
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
    [...names].map(async (name) => [name, await result.site.toolVersion(name)] as const),
  );
  return Object.fromEntries(versions);
}
