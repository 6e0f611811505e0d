/** Starts the program beside this file, which dies where it is told to. */
import type { RuntimeName } from "../../model/runtime.ts";
import type { Death } from "./ledger_steps.ts";

/** What the program is to do. */
export interface DoomedRunOrder {
  readonly stateFolder: string;
  readonly runId: string;
  readonly runtime: RuntimeName;
  /** Absent: it does not die. */
  readonly death?: Death;
}

/** Runs it to its end. Returns what its ledger's lines said, or undefined when it has died of SIGKILL. */
export async function doomedRun(order: DoomedRunOrder): Promise<string[] | undefined> {
  const { signal, success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-read", "--allow-write", "--allow-env"],
      ...["--allow-sys", "--allow-net", new URL("./doomed_run_main.ts", import.meta.url).href],
      JSON.stringify(order),
    ],
    // Far from deno.json, as users are: each program finds it beside itself.
    cwd: order.stateFolder,
    stdin: "null",
  }).output();
  if (signal === "SIGKILL") return undefined;
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new Error(`the doomed run failed by itself:\n${new TextDecoder().decode(stderr)}`);
}
