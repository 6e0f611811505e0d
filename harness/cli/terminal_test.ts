import { assertEquals } from "@std/assert";
import { Workplace } from "./testing/workplace.ts";

/** Runs the program at a terminal: `script` makes a pseudo-terminal. Options as util-linux has them. */
const AT_TERMINAL = ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"];

function hasScript(): boolean {
  if (Deno.build.os !== "linux") return false;
  return new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).outputSync().success;
}

const ignore = !hasScript();
const needs = ignore ? " (left out: needs util-linux's script)" : "";

Deno.test(
  { name: `openTerminal colours at a terminal, unless NO_COLOR or --json is there${needs}`, ignore },
  async () => {
    await using workplace = await Workplace.open();
    const isColoured = async (args: readonly string[], options: Parameters<Workplace["run"]>[1]) => {
      const { stdout } = await workplace.run(["doctor", ...args], options);
      return { isColoured: stdout.includes("\u001b["), isAnswered: stdout.includes("etcd") };
    };
    const [terminal, plain, redirected, json, pipe] = await Promise.all([
      isColoured([], { wrapper: AT_TERMINAL, env: { NO_COLOR: "" } }),
      isColoured([], { wrapper: AT_TERMINAL, env: { NO_COLOR: "1" } }),
      isColoured(["2>errors"], { wrapper: AT_TERMINAL, env: { NO_COLOR: "" } }),
      isColoured(["--json"], { wrapper: AT_TERMINAL, env: { NO_COLOR: "" } }),
      isColoured([], { env: { NO_COLOR: "" } }),
    ]);
    const colours = { isColoured: true, isAnswered: true };
    const none = { isColoured: false, isAnswered: true };
    assertEquals({ terminal, plain, redirected, json, pipe }, {
      terminal: colours,
      plain: none,
      redirected: none,
      json: none,
      pipe: none,
    });
  },
);
