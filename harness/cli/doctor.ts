import { Command } from "commander";
import { dockerStatus } from "../runtime/docker/status.ts";
import { Tools } from "../runtime/tools.ts";
import { EXIT } from "./exit.ts";
import { openTerminal } from "./terminal.ts";

/** What stands beside a tool that is missing, by what it is needed for. */
const WHO_CARES = {
  runs: "",
  development: "; only work on Meshproof itself needs it",
  benchmark: "; only `bench` needs it",
} as const;

/**
 * `doctor`: what this machine has of what is needed, and how to get the rest. Docker, the tools for work on the
 * repository and the peers of the benchmark are shown, but their absence leaves the exit code alone: only
 * `--runtime docker` needs the first, no run the others.
 */
export function doctorCommand(setExitCode: (code: number) => void): Command {
  return new Command("doctor")
    .description(
      "Show which tools and whether Docker are there, where they were found, and how to get what is missing.",
    )
    .option("--json", "print JSON and nothing else")
    .action(async (options: { json?: boolean }) => {
      const terminal = openTerminal(options.json ?? false);
      const [tools, docker] = await Promise.all([new Tools().inspect(), dockerStatus()]);
      const ready = tools.every((tool) => tool.ok || tool.neededFor !== "runs");
      if (options.json) terminal.print(JSON.stringify({ ready, deno: Deno.version.deno, docker, tools }));
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
          const whoCares = WHO_CARES[tool.neededFor];
          terminal.print(
            `${tool.name} ${tool.wanted}: ${terminal.paint("doubt", "not there yet")}${whoCares}`,
          );
          for (const reason of tool.reasons) terminal.print(`  looked: ${reason}`);
          for (const way of tool.howTo) terminal.print(`  to get it: ${way}`);
        }
        if (docker.available) {
          terminal.print(
            `docker ${docker.version}: ${
              terminal.paint("good", "ok")
            }, API ${docker.apiVersion}, ${docker.host}`,
          );
        } else {
          terminal.print(`docker: ${terminal.paint("doubt", "not there")}; only --runtime docker needs it`);
          terminal.print(`  looked: ${docker.reason}`);
          for (const way of docker.howTo) terminal.print(`  to get it: ${way}`);
        }
      }
      setExitCode(ready ? EXIT.ok : EXIT.doubt);
    });
}
