import { Command } from "commander";
import { compareMeshes, type Comparison } from "../report/comparison.ts";
import { clausesOf } from "../report/score.ts";
import { type Column, columnsOf, type NamedRun, splitName } from "./compared_runs.ts";
import { EXIT } from "./exit.ts";
import { showComparison } from "./show_comparison.ts";
import { readRun } from "./stored_run.ts";
import { openTerminal } from "./terminal.ts";

interface CompareOptions {
  readonly changed?: boolean;
  readonly json?: boolean;
}

/** `compare`: runs, or meshes of one run, side by side. */
export function compareCommand(setExitCode: (code: number) => void): Command {
  return new Command("compare")
    .description(
      "Show runs or meshes side by side; the exit code is 1 when something is worse than in the first.",
    )
    .argument("<run...>", "folders or ids of runs; with a mesh, as <run>:<mesh>, that mesh alone")
    .option("--changed", "show only the clauses that are not judged the same everywhere")
    .option("--json", "print the comparison as JSON and nothing else")
    .action(async (names: string[], options: CompareOptions) => setExitCode(await compare(names, options)));
}

async function compare(names: readonly string[], options: CompareOptions): Promise<number> {
  const runs = await Promise.all(names.map(async (text): Promise<NamedRun> => {
    const named = splitName(text);
    return { ...named, ...await readRun(named.name) };
  }));
  const columns = columnsOf(runs);
  const comparison = compareMeshes(columns);
  const exitCode = exitCodeOf(runs, comparison);
  const terminal = openTerminal(options.json ?? false);
  if (options.json) {
    terminal.print(JSON.stringify(asJson(runs, columns, comparison, options.changed ?? false, exitCode)));
  } else showComparison(runs, columns, comparison, options.changed ?? false, terminal);
  return exitCode;
}

/** A run whose controls were breached proves nothing, neither for better nor for worse. */
function exitCodeOf(runs: readonly NamedRun[], { changes }: Comparison): number {
  if (runs.some(({ report }) => report.breaches.length > 0)) return EXIT.harness;
  return changes.some(({ kind }) => kind === "worse") ? EXIT.failure : EXIT.ok;
}

function asJson(
  runs: readonly NamedRun[],
  columns: readonly Column[],
  { changes, unmatched }: Comparison,
  isChangedOnly: boolean,
  exitCode: number,
): unknown {
  const verdicts = columns.map(({ mesh }) => clausesOf(mesh));
  const ids = [...new Set(verdicts.flatMap((each) => [...each.keys()]))].sort();
  const changed = new Set(changes.map(({ clause }) => clause));
  return {
    schema: "meshproof.compare/v1",
    runs: runs.map(({ folder, report: { run, breaches } }) => ({
      id: run.id,
      folder,
      seed: run.seed,
      commit: run.commit,
      startedAt: run.startedAt,
      breaches,
    })),
    columns: columns.map(({ run, mesh: { name, version, score }, baseline }) => ({
      run,
      mesh: name,
      version,
      score,
      baseline: baseline ?? null,
    })),
    clauses: ids.filter((id) => !isChangedOnly || changed.has(id)).map((id) => ({
      id,
      verdicts: verdicts.map((each) => each.get(id)?.verdict ?? null),
    })),
    changes: changes.map(({ before, after, ...change }) => ({
      ...change,
      before: before.verdict,
      after: after.verdict,
      expected: after.expected,
      actual: after.actual,
    })),
    unmatched,
    exitCode,
  };
}
