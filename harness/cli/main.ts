/** The command line: `deno task meshproof <command>`. */
import "../runtime/safe_http2.ts";
import project from "../../deno.json" with { type: "json" };
import { Command, CommanderError } from "commander";
import { exitCodeFor, reportFailure } from "./failure.ts";
import { EXIT, UsageError } from "./exit.ts";

/** Makes a command that says with which code to end. */
type MakeCommand = (setExitCode: (code: number) => void) => Command;

/** By name, each loaded only when it is meant: what one command leans on is another one's waiting time. */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  run: async () => (await import("./run.ts")).runCommand,
  mutants: async () => (await import("./mutants.ts")).mutantsCommand,
  merge: async () => (await import("./merge.ts")).mergeCommand,
  analyze: async () => (await import("./analyze.ts")).analyzeCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  replay: async () => (await import("./replay.ts")).replayCommand,
  bench: async () => (await import("./bench.ts")).benchCommand,
  link: async () => (await import("./link.ts")).linkCommand,
  load: async () => (await import("./load.ts")).loadCommand,
  list: async () => (await import("./list.ts")).listCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  clean: async () => (await import("./clean.ts")).cleanCommand,
};

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
  const [name = ""] = args;
  const meant = Object.hasOwn(COMMANDS, name) ? [name] : Object.keys(COMMANDS);
  for (const make of await Promise.all(meant.map((each) => COMMANDS[each]?.()))) {
    if (make !== undefined) {
      program.addCommand(make(setExitCode).exitOverride().copyInheritedSettings(program));
    }
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
