/** The command line: `deno task meshproof <command>`. */
import "../runtime/safe_http2.ts";
import project from "../../deno.json" with { type: "json" };
import { Command, CommanderError } from "commander";
import { analyzeCommand } from "./analyze.ts";
import { benchCommand } from "./bench.ts";
import { cleanCommand } from "./clean.ts";
import { compareCommand } from "./compare.ts";
import { doctorCommand } from "./doctor.ts";
import { exitCodeFor, reportFailure } from "./failure.ts";
import { EXIT, UsageError } from "./exit.ts";
import { linkCommand } from "./link.ts";
import { listCommand } from "./list.ts";
import { loadCommand } from "./load.ts";
import { mergeCommand } from "./merge.ts";
import { mutantsCommand } from "./mutants.ts";
import { replayCommand } from "./replay.ts";
import { runCommand } from "./run.ts";

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const setExitCode = (code: number) => void (exitCode = code);
  const program = new Command("meshproof")
    .description("Chaos and conformance test harness for service meshes.")
    .version(project.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
      // Said by `reportFailure`, in the one way that every failure is said.
      outputError: () => {},
    });
  const commands = [
    runCommand,
    mutantsCommand,
    mergeCommand,
    analyzeCommand,
    compareCommand,
    replayCommand,
    benchCommand,
    linkCommand,
    loadCommand,
    listCommand,
    doctorCommand,
    cleanCommand,
  ];
  for (const make of commands) {
    program.addCommand(make(setExitCode).exitOverride().copyInheritedSettings(program));
  }
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.usage;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const failure = error instanceof CommanderError
      ? new UsageError(`${error.message.replace(/^error: /, "")}; see --help`)
      : error;
    reportFailure(failure, args.includes("--json"));
    return exitCodeFor(failure);
  }
}

Deno.exit(await main(Deno.args));
