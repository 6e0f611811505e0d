import { Command } from "commander";
import { mutantById, MUTANTS } from "../../fixtures/mutants/mod.ts";
import type { CellPlan } from "../engine/cell.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import { runCells } from "../engine/run_cells.ts";
import { reference } from "../mesh/reference.ts";
import { killMatrix, mutantsReport } from "../report/mutants.ts";
import { catalogue } from "./catalogue.ts";
import { EXIT, UsageError } from "./exit.ts";
import { writeOut } from "./folders.ts";
import { onInterrupt } from "./interrupt.ts";
import { addSelection, seedOf, selectionOf, type SelectionOptions } from "./options.ts";
import { cellProgress } from "./progress.ts";
import { openSite } from "./site.ts";
import { openTerminal } from "./terminal.ts";

interface MutantsOptions extends SelectionOptions {
  readonly seed?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `mutants`: proves that every scenario can fail, by meshes that are wrong on purpose. */
export function mutantsCommand(setExitCode: (code: number) => void): Command {
  const command = new Command("mutants")
    .description("Run every mutant by the scenario that names it and print the kill matrix.");
  return addSelection(command, "only the mutants of scenarios")
    .option("--seed <number>", "seed of everything that is random; 'random' draws one")
    .option("--out <dir>", "folder of the report (default: reports/<run id>)")
    .option("--json", "print mutants.json and nothing else")
    .action(async (options: MutantsOptions) => setExitCode(await mutants(options)));
}

async function mutants(options: MutantsOptions): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  const seed = seedOf(options.seed);
  const scenarios = await catalogue(selectionOf(options), options.scenarios);
  const plans = plansOf(scenarios);
  using interrupt = onInterrupt();
  await using site = await openSite({
    seed,
    terminal,
    signal: interrupt.signal,
    ...(options.out === undefined ? {} : { out: options.out }),
  });
  terminal.say(`mutants ${site.runId}: ${plans.length} mutants, ${scenarios.length} scenarios, seed ${seed}`);
  const cells = await runCells(site, plans, cellProgress(terminal));
  const report = mutantsReport(
    seed,
    scenarios.map(({ scenario }) => scenario.id),
    cells.map(({ plan, runs }) => ({
      mutant: mutantById(plan.mutant ?? ""),
      scenario: plan.loaded.scenario.id,
      verdicts: runs.at(-1)?.verdicts ?? [],
    })),
  );
  await writeOut(`${site.out}/mutants.json`, JSON.stringify(report, null, 2) + "\n");
  if (options.json) terminal.print(JSON.stringify(report));
  else {
    terminal.print(killMatrix(report, terminal.paint));
    terminal.print(`report: ${site.out}/mutants.json`);
  }
  const idle = report.scenarios.filter((scenario) => scenario.kills === 0);
  return report.survivors.length + idle.length === 0 ? EXIT.ok : EXIT.failure;
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
    .sort((a, b) => (b.loaded.scenario.seconds ?? 1) - (a.loaded.scenario.seconds ?? 1));
}
