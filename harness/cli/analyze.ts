import { Command } from "commander";
import { readHistory } from "../engine/history_file.ts";
import type { LoadedScenario } from "../engine/load_scenarios.ts";
import { policyOf } from "../engine/policy_of.ts";
import type { HistoryEvent } from "../model/event.ts";
import { judgeCell } from "../judge/judge_cell.ts";
import { cellReport } from "../report/build.ts";
import { conclude } from "../report/conclude.ts";
import { type Deviation, readDeviations } from "../report/deviations.ts";
import type { CellReport, MeshReport, Report } from "../report/schema.ts";
import { allScenarios } from "./catalogue.ts";
import { UsageError } from "./exit.ts";
import { scenariosOption } from "./options.ts";
import { printReport } from "./show_report.ts";
import { readRun } from "./stored_run.ts";
import { openTerminal } from "./terminal.ts";

/** `analyze`: judges the stored histories of a run again, by the judges as they are now. */
export function analyzeCommand(setExitCode: (code: number) => void): Command {
  return new Command("analyze")
    .description("Judge a stored run again from its histories; nothing is started.")
    .argument("<run>", "folder or id of the run")
    .addOption(scenariosOption())
    .option("--json", "print the new report as JSON and nothing else")
    .action(async (name: string, options: { scenarios?: string; json?: boolean }) => {
      const { folder, report: stored } = await readRun(name);
      const scenarios = await allScenarios(options.scenarios ?? stored.run.scenarios);
      const deviations = await readDeviations();
      // One after another: the histories of a run do not all fit into memory at once, and of several that are missing
      // the first in the report is named, every time.
      const meshes: MeshReport[] = [];
      for (const mesh of stored.meshes) {
        const cells: CellReport[] = [];
        for (const cell of mesh.cells) {
          cells.push(await judgeAgain(folder, mesh.name, cell, scenarios, deviations));
        }
        meshes.push({ ...mesh, cells });
      }
      const { report, stale } = conclude({ ...stored, meshes }, deviations);
      const terminal = openTerminal(options.json ?? false);
      for (const line of changes(stored, report)) terminal.say(line);
      printReport(report, stale, folder, options.json ?? false, terminal);
      setExitCode(report.exitCode);
    });
}

async function judgeAgain(
  folder: string,
  mesh: string,
  cell: CellReport,
  scenarios: readonly LoadedScenario[],
  deviations: readonly Deviation[],
): Promise<CellReport> {
  const last = cell.runs.at(-1);
  // A cell that broke in mid-drive, or asked its kernel for what it has not, left a history that proves nothing.
  const broke = cell.clauses.some(({ verdict }) => verdict === "error" || verdict === "unsupported");
  if (last === undefined || broke) return cell;
  const loaded = scenarios.find(({ scenario }) => scenario.id === cell.scenario);
  if (loaded === undefined) {
    throw new UsageError(
      `${folder}: expected its scenarios, found no ${cell.scenario} any more; say where it is with --scenarios`,
    );
  }
  const events = await historyOf(`${folder}/${last.history}`, `${mesh}/${cell.scenario}`);
  const verdicts = judgeCell(loaded.scenario, events, await policyOf(loaded));
  const { clauses } = cellReport(cell.scenario, mesh, [{ ...last, events, verdicts }], deviations);
  return { ...cell, clauses };
}

async function historyOf(path: string, cell: string): Promise<readonly HistoryEvent[]> {
  try {
    return await readHistory(path);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(error.message);
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`${path}: expected the history of ${cell}, found no such file; run the cell again`);
  }
}

function changes(before: Report, after: Report): string[] {
  return after.meshes.flatMap((mesh, meshIndex) =>
    mesh.cells.flatMap((cell, cellIndex) =>
      cell.clauses.flatMap((clause) => {
        const old = before.meshes[meshIndex]?.cells[cellIndex]?.clauses.find((each) => each.id === clause.id);
        if (old === undefined || old.verdict === clause.verdict) return [];
        return [`${mesh.name} ${cell.scenario} ${clause.id}: was ${old.verdict}, is ${clause.verdict}`];
      })
    )
  );
}
