import { Command } from "commander";
import { readHistory } from "../engine/history_file.ts";
import { runCell } from "../engine/cell.ts";
import { cellReport } from "../report/build.ts";
import { readDeviations } from "../report/deviations.ts";
import { describeEvent } from "../report/timeline.ts";
import { EXIT, UsageError } from "./exit.ts";
import { onInterrupt } from "./interrupt.ts";
import { allScenarios } from "./catalogue.ts";
import { meshesNamed, ownMeshes } from "./meshes.ts";
import { adapterOption, scenariosOption } from "./options.ts";
import { runtimeNamed } from "./runtime_option.ts";
import { readRun } from "./stored_run.ts";
import { openSite } from "./site.ts";
import { openTerminal } from "./terminal.ts";
import { writeJourneys } from "./journeys.ts";
import { worst } from "../model/verdict.ts";

interface ReplayOptions {
  readonly events?: boolean;
  readonly out?: string;
  readonly scenarios?: string;
  readonly adapter?: readonly string[];
  readonly json?: boolean;
}

/** `replay`: runs one cell of a stored run again exactly as it was, alone. */
export function replayCommand(setExitCode: (code: number) => void): Command {
  return new Command("replay")
    .description("Run one cell of a stored run again, with the same seed, alone, and show its clauses.")
    .argument("<cell>", "<run>:<mesh>/<scenario>, as a failure prints it")
    .option("--events", "print the whole history too, in words")
    .option("--out <dir>", "folder of the new history (default: reports/<run id>)")
    .addOption(scenariosOption())
    .addOption(adapterOption())
    .option("--json", "print the cell as JSON and nothing else")
    .action(async (name: string, options: ReplayOptions) => setExitCode(await replay(name, options)));
}

async function replay(name: string, options: ReplayOptions): Promise<number> {
  const [, run, meshName, scenarioId] = /^(.+):([^/:]+)\/(.+)$/.exec(name) ?? [];
  if (run === undefined || meshName === undefined || scenarioId === undefined) {
    throw new UsageError(`${name}: expected <run>:<mesh>/<scenario>`);
  }
  const { report: stored } = await readRun(run);
  const own = await ownMeshes(options.adapter ?? stored.run.adapters);
  const mesh = meshesNamed(undefined, own).find((each) => each.name === meshName);
  const loaded = (await allScenarios(options.scenarios ?? stored.run.scenarios)).find(({ scenario }) =>
    scenario.id === scenarioId
  );
  const before = stored.meshes.find((each) => each.name === meshName)?.cells
    .find((cell) => cell.scenario === scenarioId);
  if (mesh === undefined || loaded === undefined || before === undefined) {
    const cells = stored.meshes.map((each) =>
      `\n  ${each.name}/{${each.cells.map((cell) => cell.scenario).join(",")}}`
    );
    throw new UsageError(
      `${name}: expected a cell of run ${stored.run.id}, found none for ${meshName}/${scenarioId}${
        before === undefined
          ? `; it has:${cells.join("")}`
          : `: ${mesh === undefined ? "its mesh" : "its scenario"} is not there any more`
      }`,
    );
  }
  const terminal = openTerminal(options.json ?? false);
  using interrupt = onInterrupt();
  await using site = await openSite({
    seed: stored.run.seed,
    runtime: await runtimeNamed(stored.run.runtime),
    terminal,
    signal: interrupt.signal,
    ...(options.out === undefined ? {} : { out: options.out }),
  });
  terminal.say(`replaying ${meshName}/${scenarioId} with seed ${stored.run.seed}`);
  const outcome = await runCell(site, { mesh, loaded });
  interrupt.signal.throwIfAborted();
  await writeJourneys(site.out, site.runId, [outcome]);
  const { history: path, evidence } = outcome;
  const cell = cellReport(scenarioId, meshName, [{
    ...outcome,
    events: evidence,
    history: path.slice(site.out.length + 1),
    alone: true,
  }], await readDeviations());
  if (options.json) terminal.print(JSON.stringify(cell));
  else {
    if (options.events) {
      for (const event of await readHistory(path)) {
        terminal.print(`${event.t.toFixed(1).padStart(10)} ${event.source}: ${describeEvent(event)}`);
      }
    }
    for (const clause of cell.clauses) {
      const old = before.clauses.find((each) => each.id === clause.id)?.verdict ?? "not judged";
      terminal.print(`${clause.id}: ${clause.verdict} (was ${old})`);
      terminal.print(`  expected: ${clause.expected}\n  actual:   ${clause.actual}`);
    }
    terminal.print(`history: ${path}`);
  }
  const verdict = worst(cell.clauses.map((clause) => clause.verdict));
  if (verdict === "fail") return EXIT.failure;
  if (verdict === "error") return EXIT.harness;
  return verdict === "pass" ? EXIT.ok : EXIT.doubt;
}
