import { Command } from "commander";
import { Tools } from "../runtime/tools.ts";
import { EXIT } from "./exit.ts";
import { openTerminal } from "./terminal.ts";

/** `doctor`: what this machine has of what is needed, and how to get the rest. */
export function doctorCommand(setExitCode: (code: number) => void): Command {
  return new Command("doctor")
    .description("Show which tools are there, where they were found, and how to get those that are missing.")
    .option("--json", "print JSON and nothing else")
    .action(async (options: { json?: boolean }) => {
      const terminal = openTerminal(options.json ?? false);
      const tools = await new Tools().inspect();
      const ready = tools.every((tool) => tool.ok);
      if (options.json) terminal.print(JSON.stringify({ ready, deno: Deno.version.deno, tools }));
      else {
        terminal.print(`deno ${Deno.version.deno}: ${terminal.paint("good", "ok")}`);
        for (const tool of tools) {
          if (tool.found !== undefined) {
            terminal.print(
              `${tool.name} ${tool.found.version}: ${
                terminal.paint("good", "ok")
              }, ${tool.found.where}, ${tool.found.path}`,
            );
            continue;
          }
          terminal.print(`${tool.name} ${tool.wanted}: ${terminal.paint("doubt", "not there yet")}`);
          for (const reason of tool.reasons) terminal.print(`  looked: ${reason}`);
          for (const way of tool.howTo) terminal.print(`  to get it: ${way}`);
        }
      }
      setExitCode(ready ? EXIT.ok : EXIT.doubt);
    });
}
