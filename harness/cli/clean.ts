import { Command } from "commander";
import { defaultStateFolder } from "../runtime/state_folder.ts";
import { sweep } from "../runtime/sweep.ts";
import { EXIT } from "./exit.ts";
import { openTerminal } from "./terminal.ts";

/** `clean`: undoes what dead runs left behind. */
export function cleanCommand(setExitCode: (code: number) => void): Command {
  return new Command("clean")
    .description(
      "End processes and remove containers, networks and temporary folders that runs which died have left; live runs " +
        "are not touched.",
    )
    .option("--dry-run", "only say what would be done")
    .option("--json", "print JSON and nothing else")
    .action(async (options: { dryRun?: boolean; json?: boolean }) => {
      const terminal = openTerminal(options.json ?? false);
      const result = await sweep(defaultStateFolder(), { dryRun: options.dryRun ?? false });
      if (options.json) terminal.print(JSON.stringify(result));
      else {
        const would = options.dryRun ? "would be " : "";
        for (const { pid, name, runId } of result.killed) {
          terminal.print(`${would}ended: ${name} (pid ${pid}) of ${runId}`);
        }
        for (const { kind, name, id, runId } of result.engine) {
          terminal.print(`${would}removed: ${kind} ${name} (${id.slice(0, 12)}) of ${runId}`);
        }
        for (const { kind, name, id, runId } of result.spared) {
          terminal.print(
            `left alone: ${kind} ${name} (${id.slice(0, 12)}) has a name of ${runId}, but not its label`,
          );
        }
        for (const path of result.removed) terminal.print(`${would}removed: ${path}`);
        for (const problem of result.problems) terminal.print(terminal.paint("bad", `left: ${problem}`));
        terminal.print(
          `${result.swept.length} dead runs ${would}swept, ${result.live.length} live ones left alone`,
        );
      }
      setExitCode(result.problems.length === 0 ? EXIT.ok : EXIT.harness);
    });
}
