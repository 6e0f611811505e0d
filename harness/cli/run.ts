import { Command } from "commander";
import { needsKernel } from "../engine/needs.ts";
import { planCells } from "../engine/plan.ts";
import { type CellRuns, runCells } from "../engine/run_cells.ts";
import type { Site } from "../engine/site.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import type { MeshAdapter } from "../model/mesh.ts";
import { readDeviations } from "../report/deviations.ts";
import { errorText } from "../model/error_text.ts";
import { ToolUnavailableError } from "../runtime/tools.ts";
import { onInterrupt } from "./interrupt.ts";
import { catalogue } from "./catalogue.ts";
import { commandLine } from "./command_line.ts";
import { meshesNamed, ownMeshes } from "./meshes.ts";
import {
  adapterOption,
  addSelection,
  seedOf,
  selectionOf,
  type SelectionOptions,
  wholeNumber,
} from "./options.ts";
import { RunProfile } from "./run_profile.ts";
import { cellProgress } from "./progress.ts";
import { reportOf, type RunResult } from "./run_report.ts";
import { printReport, writeReport } from "./show_report.ts";
import { writeJourneys } from "./journeys.ts";
import { runtimeNamed, runtimeOption } from "./runtime_option.ts";
import { openSite } from "./site.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

interface RunOptions extends SelectionOptions {
  readonly mesh?: string;
  readonly adapter?: readonly string[];
  readonly seed?: string;
  readonly runtime: string;
  readonly repeat: string;
  readonly out?: string;
  readonly profile?: boolean;
  readonly json?: boolean;
}

/** `run`: judges meshes by scenarios, prints the matrix, leaves a report. */
export function runCommand(setExitCode: (code: number) => void): Command {
  const command = new Command("run")
    .description(
      "Judge the meshes by the scenarios, print the conformance matrix, leave a report. The main job.",
    )
    .option("--mesh <names>", "meshes, separated by commas (default: all)")
    .addOption(adapterOption());
  return addSelection(command, "scenarios")
    .option("--seed <number>", "seed of everything that is random; 'random' draws one")
    .addOption(runtimeOption())
    .option("--shard <i/n>", "only the i-th of n shares of the scenarios; `merge` puts them together")
    .option("--repeat <n>", "run everything n times and count the verdicts that flip", "1")
    .option("--out <dir>", "folder of the report (default: reports/<run id>)")
    .option("--profile", "write CPU and heap profiles of harness, services and reference mesh (pprof)")
    .option("--json", "print the report as JSON and nothing else")
    .action(async (options: RunOptions) => setExitCode(await run(options)));
}

/** The exit code of the run. */
async function run(options: RunOptions): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  const startedAt = new Date();
  const begin = performance.now();
  const repeat = wholeNumber("--repeat", options.repeat, 1);
  const seed = seedOf(options.seed, options.shard);
  const meshes = meshesNamed(options.mesh, await ownMeshes(options.adapter));
  const selection = selectionOf(options);
  const scenarios = await catalogue(selection, options.scenarios);
  const deviations = await readDeviations();
  const runtime = await runtimeNamed(options.runtime);
  using profile = options.profile ? RunProfile.start() : undefined;
  using interrupt = onInterrupt();
  let result: RunResult;
  {
    await using site = await openSite({
      seed,
      runtime,
      terminal,
      signal: interrupt.signal,
      ...(options.out === undefined ? {} : { out: options.out }),
      ...(profile === undefined ? {} : { profiles: profile }),
    });
    terminal.say(`run ${site.runId}: ${meshes.length} meshes x ${scenarios.length} scenarios, seed ${seed}`);
    const [available] = await site.timed("tools", () =>
      Promise.all([
        Promise.all(meshes.map((mesh) => versionOf(mesh, site, terminal))),
        site.toolVersion("etcd"),
      ]));
    await Promise.all([site.registry(), site.timed("services", () => warmUp(site, scenarios))]);
    const plans = planCells(
      available.filter((mesh) => !mesh.unavailable).map((mesh) => mesh.adapter),
      scenarios,
      runtime,
    );
    await profile?.enter("drive");
    const rounds = await site.timed("cells", async () => {
      const all: CellRuns[][] = [];
      for (let round = 1; round <= repeat; round++) {
        if (repeat > 1) terminal.say(`round ${round} of ${repeat}`);
        all.push(await runCells(site, plans, cellProgress(terminal), { round }));
      }
      return all;
    });
    await profile?.enter("report");
    for (const [process, recording] of profile ? await site.services.recordings() : []) {
      profile?.takeRecording(process, "", recording);
    }
    const command = commandLine("run", { ...options, seed: String(seed) });
    const wallSeconds = (performance.now() - begin) / 1000;
    const own = await ownSubjects(options);
    result = {
      ...{ site, command, own, startedAt, wallSeconds, meshes: available, scenarios, rounds, deviations },
      ...(selection.shard === undefined ? {} : { shard: selection.shard }),
    };
  }
  const { report, stale } = await reportOf(result);
  await writeReport(result.site.out, report);
  await writeJourneys(result.site.out, result.site.runId, result.rounds.flat().flatMap(({ runs }) => runs));
  await profile?.write(result.site.out);
  printReport(report, stale, result.site.out, options.json ?? false, terminal);
  return report.exitCode;
}

/** A mesh whose tools cannot be had is unsupported, with the reason; the others are judged all the same. */
async function versionOf(
  adapter: MeshAdapter,
  site: Site,
  terminal: Terminal,
): Promise<RunResult["meshes"][number]> {
  try {
    for (const tool of adapter.tools) await site.toolVersion(tool);
    return { adapter, version: await adapter.version((tool) => site.toolVersion(tool)) };
  } catch (error) {
    site.signal.throwIfAborted();
    if (!(error instanceof ToolUnavailableError)) {
      throw new Error(`Cannot ask ${adapter.name} for its version: ${errorText(error)}`);
    }
    terminal.say(`${adapter.name} is left out: ${error.message}`);
    return { adapter, version: "", unavailable: error.message };
  }
}

/** Where scenarios and adapters of the user's own stand, so that the run can be judged and replayed from anywhere. */
async function ownSubjects({ scenarios, adapter = [] }: RunOptions): Promise<RunResult["own"]> {
  const adapters = await Promise.all(adapter.map((file) => Deno.realPath(file)));
  return {
    ...(scenarios === undefined ? {} : { scenarios: await Deno.realPath(scenarios) }),
    ...(adapters.length === 0 ? {} : { adapters }),
  };
}

/** Services are started while the registry elects its leader. */
async function warmUp(site: Site, scenarios: readonly LoadedScenario[]): Promise<void> {
  // A scenario that touches namespaces starts services of its own.
  const pooled = scenarios.filter(({ scenario }) => !needsKernel(scenario));
  const sizes = pooled.map(({ scenario }) =>
    Object.values(scenario.topology).reduce(
      (sum, { instances, spare = 0 }) =>
        sum + spare + (typeof instances === "number" ? instances : instances.length),
      0,
    )
  );
  await site.services.warm(Math.max(0, ...sizes));
}
