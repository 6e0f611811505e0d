import { Command } from "commander";
import picomatch from "picomatch";
import project from "../../deno.json" with { type: "json" };
import { FULL, QUICK } from "../bench/effort.ts";
import { openPlace } from "../bench/open_place.ts";
import { benchReport } from "../bench/report.ts";
import { ROWS } from "../bench/rows/mod.ts";
import type { Row } from "../bench/row.ts";
import { type RowReport, runRow } from "../bench/run_row.ts";
import { newRunId } from "../runtime/state_folder.ts";
import { commandLine } from "./command_line.ts";
import { commit } from "./commit.ts";
import { UsageError } from "./exit.ts";
import { makeOut, REPORTS, writeOut } from "./folders.ts";
import { onInterrupt } from "./interrupt.ts";
import { wholeNumber } from "./options.ts";
import { benchTable, exitCodeOfBench } from "./show_bench.ts";
import { openTerminal } from "./terminal.ts";

interface BenchOptions {
  readonly row?: string;
  readonly rounds?: string;
  readonly quick?: boolean;
  readonly install?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const MORE = `
Every side runs as a process of its own, the sides take turns (A B, B A ...), and the ratio is the median of the
rounds' ratios with its exact 95 % interval. A round in which the host took more than 2 % of the CPU is measured again.
Exit code: 0 every bound holds, 1 one does not, 2 nothing could be told of some. Let the machine be idle meanwhile.`;

/** `bench`: how fast the instruments are, beside their peers. */
export function benchCommand(
  setExitCode: (code: number) => void,
  rows: readonly Row[] = ROWS,
): Command {
  return new Command("bench")
    .description(
      "Measure load generator and fault proxy side by side with their peers, and write bench.json.",
    )
    .option("--row <glob>", `only rows whose id matches: ${rows.map(({ id }) => id).join(", ")}`)
    .option("--rounds <number>", `how many rounds (default: ${FULL.rounds}, with --quick ${QUICK.rounds})`)
    .option("--quick", "one short round of everything, to see that it works; its figures say little")
    .option("--install", "install packages of the system that are missing, if we are root; CI always does")
    .option("--out <file>", "where the report goes (default: reports/<run id>/bench.json)")
    .option("--json", "print bench.json and nothing else")
    .addHelpText("after", MORE)
    .action(async (options: BenchOptions) => setExitCode(await bench(options, rows)));
}

async function bench(options: BenchOptions, all: readonly Row[]): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  const rows = picked(all, options.row);
  const base = options.quick ? QUICK : FULL;
  const effort = {
    ...base,
    ...options.rounds === undefined ? {} : { rounds: wholeNumber("--rounds", options.rounds, 1) },
  };
  const startedAt = new Date();
  const begin = performance.now();
  const id = newRunId("bench", startedAt);
  const out = options.out ?? `${REPORTS}/${id}/bench.json`;
  await makeOut(out.includes("/") ? out.slice(0, out.lastIndexOf("/")) || "/" : ".");
  using interrupt = onInterrupt();
  const reports: RowReport[] = [];
  let tools: Record<string, string>;
  {
    await using opened = await openPlace({
      runId: id,
      signal: interrupt.signal,
      install: options.install,
      say: terminal.say,
    });
    for (const row of rows) {
      terminal.say(terminal.paint("strong", `${row.id}: ${row.remark}`));
      reports.push(await runRow(row, effort, opened));
    }
    tools = opened.toolVersions();
  }
  const report = benchReport({
    id,
    commit: await commit(),
    version: project.version,
    command: commandLine("bench", { ...options }),
    quick: effort.isQuick,
    startedAt: startedAt.toISOString(),
    wallSeconds: Math.round(performance.now() - begin) / 1_000,
    tools,
    machine: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      cores: navigator.hardwareConcurrency,
      memoryBytes: Deno.systemMemoryInfo().total,
      deno: Deno.version.deno,
    },
  }, reports);
  const text = JSON.stringify(report, null, 2);
  await writeOut(out, `${text}\n`);
  if (options.json) terminal.print(JSON.stringify(report));
  else {
    terminal.print(benchTable(report, terminal.paint));
    terminal.print(`report: ${out}`);
  }
  return exitCodeOfBench(report);
}

/** @throws {UsageError} When none matches. */
function picked(rows: readonly Row[], glob: string | undefined): readonly Row[] {
  if (glob === undefined) return rows;
  const matches = picomatch(glob);
  const found = rows.filter(({ id }) => matches(id));
  if (found.length > 0) return found;
  throw new UsageError(
    `--row ${glob}: expected a pattern that matches one of ${rows.map(({ id }) => id).join(", ")}`,
  );
}
