import { Command } from "commander";
import project from "../../deno.json" with { type: "json" };
import { mutantById, MUTANTS } from "../../fixtures/mutants/mod.ts";
import type { CellPlan } from "../engine/cell.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import { missingFrom } from "../engine/needs.ts";
import { secondsOf } from "../engine/plan.ts";
import { runCells } from "../engine/run_cells.ts";
import { reference } from "../mesh/reference.ts";
import { mutantsReport } from "../report/mutants.ts";
import { catalogue } from "./catalogue.ts";
import { commandLine } from "./command_line.ts";
import { commit } from "./commit.ts";
import { UsageError } from "./exit.ts";
import { onInterrupt } from "./interrupt.ts";
import { addSelection, seedOf, selectionOf, type SelectionOptions } from "./options.ts";
import { cellProgress } from "./progress.ts";
import { exitCodeOfMutants, printMutants, writeMutants } from "./show_mutants.ts";
import { runtimeNamed, runtimeOption } from "./runtime_option.ts";
import { openSite } from "./site.ts";
import { openTerminal } from "./terminal.ts";

/** A mutant lives only when the harness, given every chance, has not seen it fail. */
const RUNS_ALONE = 3;

interface MutantsOptions extends SelectionOptions {
  readonly seed?: string;
  readonly runtime: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `mutants`: proves that every scenario can fail, by meshes that are wrong on purpose. */
export function mutantsCommand(setExitCode: (code: number) => void): Command {
  const command = new Command("mutants")
    .description("Run every mutant by the scenario that names it and print the kill matrix.");
  return addSelection(command, "only the mutants of scenarios")
    .option("--seed <number>", "seed of everything that is random; 'random' draws one")
    .addOption(runtimeOption())
    .option("--shard <i/n>", "only the i-th of n shares of the scenarios; `merge` puts them together")
    .option("--out <dir>", "folder of the report (default: reports/<run id>)")
    .option("--json", "print mutants.json and nothing else")
    .action(async (options: MutantsOptions) => setExitCode(await mutants(options)));
}

async function mutants(options: MutantsOptions): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  const seed = seedOf(options.seed, options.shard);
  const selection = selectionOf(options);
  // Each of a scenario's mutants runs it once.
  const picked = await catalogue(
    selection,
    options.scenarios,
    (loaded) => secondsOf(loaded) * loaded.scenario.mutants.length,
  );
  const runtime = await runtimeNamed(options.runtime);
  const scenarios = picked.filter(({ scenario }) => missingFrom(runtime, scenario) === undefined);
  for (const { scenario } of picked) {
    const lacking = missingFrom(runtime, scenario);
    if (lacking !== undefined) terminal.say(`${scenario.id} is left out: ${lacking}`);
  }
  const plans = plansOf(scenarios);
  using interrupt = onInterrupt();
  await using site = await openSite({
    seed,
    runtime,
    terminal,
    signal: interrupt.signal,
    ...(options.out === undefined ? {} : { out: options.out }),
  });
  terminal.say(`mutants ${site.runId}: ${plans.length} mutants, ${scenarios.length} scenarios, seed ${seed}`);
  const cells = await runCells(site, plans, cellProgress(terminal), { runsAlone: RUNS_ALONE });
  const report = mutantsReport(
    seed,
    scenarios.map(({ scenario }) => scenario.id),
    cells.map(({ plan, runs }) => ({
      mutant: mutantById(plan.mutant ?? ""),
      scenario: plan.loaded.scenario.id,
      verdicts: runs.at(-1)?.verdicts ?? [],
    })),
    {
      id: site.runId,
      commit: await commit(),
      version: project.version,
      command: commandLine("mutants", { ...options, seed: String(seed) }),
      runtime,
      ...(selection.shard === undefined ? {} : { shard: selection.shard }),
    },
  );
  await writeMutants(site.out, report);
  printMutants(report, site.out, options.json ?? false, terminal);
  return exitCodeOfMutants(report);
}

function plansOf(scenarios: readonly LoadedScenario[]): CellPlan[] {
  for (const { scenario, file } of scenarios) {
    const stray = scenario.mutants.find((id) => MUTANTS.every((mutant) => mutant.id !== id));
    if (stray !== undefined) {
      throw new UsageError(`${file}: expected mutants of fixtures/mutants, found "${stray}"`);
    }
  }
  return scenarios
    .flatMap((loaded) => loaded.scenario.mutants.map((mutant) => ({ mesh: reference, loaded, mutant })))
    .sort((a, b) => secondsOf(b.loaded) - secondsOf(a.loaded));
}
