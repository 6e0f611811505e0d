import { Command } from "commander";
import project from "../../deno.json" with { type: "json" };
import { newRunId } from "../runtime/state_folder.ts";
import { runLoad } from "../load/generate/run_load.ts";
import type { ArrivalPlan } from "../load/plan/arrival_plan.ts";
import { dueTimes } from "../load/plan/due_times.ts";
import { PLAN_FORMS } from "../load/plan/parse_plan.ts";
import { writeTrace } from "../load/plan/trace_file.ts";
import { loadReport } from "../load/record/reports/load_report.ts";
import type { LoadRun } from "../load/record/reports/load_run.ts";
import { summaryText } from "../load/record/text.ts";
import { commandLine } from "./command_line.ts";
import { EXIT, UsageError } from "./exit.ts";
import { makeOut } from "./folders.ts";
import { onInterrupt } from "./interrupt.ts";
import { checkLoadAddress } from "./load_address.ts";
import { streamedFiles, writeLoadFiles } from "./load_files.ts";
import { searchKnee } from "./load_knee.ts";
import { selfTest } from "./load_self_test.ts";
import { connected } from "./load_connected.ts";
import { type LoadFlags, loadPlan, type LoadSettings, loadSettings } from "./load_settings.ts";
import { seedOf } from "./options.ts";
import { intervalLine } from "./show_load.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

interface LoadCommandOptions extends LoadFlags {
  readonly exportPlan?: string;
  readonly findKnee?: string;
  readonly selfTest?: boolean;
  readonly allowRemote?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const MORE = `
Examples:
  meshproof load 127.0.0.1:50051 --proto echo.proto --method echo.v1.Echo/Call --data '{"text": "hi"}' --rate 2000
  meshproof load http://127.0.0.1:8080/items --plan poisson --rate 500 --duration 30s --out result
  meshproof load http://127.0.0.1:8080/ --http2 --concurrency 100 --requests 100000
  meshproof load 127.0.0.1:50051 --proto echo.proto --method echo.v1.Echo/Call --find-knee 'p99<20ms'

Plans (rates per second): ${PLAN_FORMS}.
--rate and --plan are open loop: attempts leave when they are due, and response time counts from that moment, so that a
stall of the target is seen by all who would have met it. --concurrency is closed loop, for a maximum.
Places in data, path and header values: {{index}} {{uuid}} {{random 1 100}} {{now}} {{data.COLUMN}} (of --data-file).
--out writes load.json, attempts.arrow (a row for each attempt), load.hlog, response.hgrm, service.hgrm, lag.hgrm,
fortio.json and metrics.txt (OpenMetrics).
Only addresses of this machine are driven. For others say --allow-remote, and let Deno connect there: the task meshproof
may not, so start it as \`deno run --allow-net=HOST:PORT --allow-run --allow-read --allow-write --allow-env --allow-sys
harness/cli/main.ts load ...\`.
Exit code: 0 the figures are valid, 2 they are not (it says why), 64 bad arguments, 70 the load could not be made.`;

const several = (text: string, before: readonly string[] | undefined) => [...before ?? [], text];

/** `load`: the load generator by itself. */
export function loadCommand(setExitCode: (code: number) => void): Command {
  return new Command("load")
    .description(
      "Drive a gRPC or HTTP server by a plan, and say how it answered and whether the figures are valid.",
    )
    .argument("[target]", "host:port, or a URL (http://, https://, grpc://, grpcs://)")
    .option("--grpc", "make gRPC calls (default, unless the URL says otherwise)")
    .option("--http1", "make plain requests over HTTP/1.1")
    .option("--http2", "make plain requests over HTTP/2")
    .option("--proto <file>", "where the gRPC method is described; may be repeated", several)
    .option("--proto-path <dir>", "where imports of .proto files are looked for; may be repeated", several)
    .option("--method <name>", "package.Service/Method of gRPC, or GET, POST ... of plain requests")
    .option("--data <text>", "message as JSON (or an array of them), or body; @FILE reads it from a file")
    .option("--data-file <file>", "rows for {{data.COLUMN}}: CSV with names in the first line, or JSON lines")
    .option("--metadata <name=value>", "metadata or header; may be repeated", several)
    .option("--rate <number>", "attempts per second, of the plans constant and poisson")
    .option("--plan <plan>", "when attempts are due; constant where only a rate is given, see below")
    .option(
      "--spacing <even|poisson>",
      "of the plans ramp, step and burst: even, or by chance (default: even)",
    )
    .option("--duration <time>", "how long attempts are due (default: 10s, or until --requests)")
    .option("--requests <number>", "how many attempts are due")
    .option("--concurrency <number>", "closed loop: keep so many attempts in flight, in place of a plan")
    .option(
      "--connections <number>",
      "how many connections to spread attempts over (default: 1; of HTTP/1.1 --concurrency, or 10)",
    )
    .option("--max-in-flight <number>", "shed what is due beyond so many attempts in flight", "10000")
    .option("--timeout <time>", "of each attempt", "5s")
    .option("--warmup <time>", "leave attempts of the first so long out of the figures", "0")
    .option("--seed <number>", "the same seed makes the same load; or random")
    .option("--tls", "speak TLS; so do https:// and grpcs://, and the options below")
    .option("--tls-ca <file>", "roots in PEM to trust, beside the system's")
    .option("--tls-cert <file>", "certificate chain in PEM to show (mutual TLS)")
    .option("--tls-key <file>", "its private key in PEM")
    .option("--tls-name <name>", "name that the server's certificate must have (default: the host)")
    .option("--export-plan <file>", "write the due times as a trace for --plan trace:FILE, and drive nothing")
    .option(
      "--find-knee <objective>",
      "search the largest rate that keeps it, such as 'p99<20ms', from --rate up",
    )
    .option("--self-test", "measure the meter: against servers whose response times are known by theory")
    .option("--allow-remote", "drive addresses that are not of this machine, too")
    .option("--out <dir>", "where files go (default: none are written)")
    .option("--json", "print JSON and nothing else")
    .addHelpText("after", MORE)
    .action(async (target: string | undefined, options: LoadCommandOptions) => {
      setExitCode(await load(target, options));
    });
}

async function load(target: string | undefined, options: LoadCommandOptions): Promise<number> {
  const terminal = openTerminal(options.json ?? false);
  using interrupt = onInterrupt();
  const { signal } = interrupt;
  if (options.selfTest) return await selfTest(seedOf(options.seed), options.json ?? false, terminal, signal);
  if (options.exportPlan !== undefined) return exportPlan(options.exportPlan, options, terminal);
  if (target === undefined) {
    throw new UsageError("load: expected the address or URL of a server, found none; see --help");
  }
  const settings = loadSettings(target, options);
  await checkLoadAddress(settings.where, options.allowRemote ?? false);
  const { findKnee } = options;
  if (findKnee !== undefined) return await searchKnee(settings, { ...options, findKnee }, terminal, signal);
  const plan = loadPlan(options, settings.seed);
  return await drive(target, plan, settings, options, terminal, signal);
}

async function drive(
  target: string,
  plan: ArrivalPlan,
  settings: LoadSettings,
  options: LoadCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { out } = options;
  if (out !== undefined) await makeOut(out);
  let zeroT: number | undefined;
  const result = await connected(target, () =>
    runLoad({
      ...settings,
      plan,
      signal,
      ...(out === undefined ? {} : streamedFiles(out)),
      onInterval: (interval) => {
        zeroT ??= interval.startT;
        // The last one is what was left of a second.
        if (interval.ended > 0 || interval.endT - interval.startT > 500) {
          terminal.say(intervalLine(interval, zeroT));
        }
      },
    }));
  const run: LoadRun = {
    id: newRunId(settings.seed, result.startedAt),
    target,
    protocol: settings.target.protocol,
    plan,
    planned: result.planned,
    connections: settings.target.connections,
    seed: settings.seed,
    version: project.version,
    command: `meshproof ${commandLine(`load ${target}`, { ...options })}`,
    startedAt: result.startedAt,
  };
  const report = loadReport(result.summary, run);
  if (out !== undefined) await writeLoadFiles(out, result, run, report);
  if (options.json) terminal.print(JSON.stringify(report));
  else {
    terminal.print(summaryText(result.summary));
    for (const [why, count] of Object.entries(result.malformed)) {
      terminal.print(`malformed answers: ${count} with ${why}`);
    }
  }
  signal.throwIfAborted();
  return result.summary.validity.valid ? EXIT.ok : EXIT.doubt;
}

function exportPlan(path: string, options: LoadCommandOptions, terminal: Terminal): number {
  const plan = loadPlan(options, seedOf(options.seed));
  if (plan.kind === "closed") {
    throw new UsageError(
      "--export-plan: expected an open plan, found --concurrency: its due times are the target's",
    );
  }
  const count = writeTrace(path, dueTimes(plan), plan);
  terminal.print(options.json ? JSON.stringify({ path, count, plan }) : `${path}: ${count} due times`);
  return EXIT.ok;
}
