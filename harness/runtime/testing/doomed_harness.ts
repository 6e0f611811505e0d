/** Starts and kills the program beside this file. */
import { LineSplitter } from "../line_splitter.ts";

export interface DoomedHarness {
  readonly pid: number;
  /** Its children: one whose pid the ledger has, one whose pid it has not. */
  readonly pids: readonly number[];
  readonly folder: string;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a harness of its own in a process of its own. */
export async function startDoomedHarness(
  stateFolder: string,
  runId: string,
  reaper: "reaper" | "no-reaper",
): Promise<DoomedHarness> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-run",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-sys",
      ],
      ...[new URL("./doomed_harness_main.ts", import.meta.url).href, stateFolder, runId, reaper],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const first = Promise.withResolvers<string>();
  const splitter = new LineSplitter(first.resolve);
  const read = (async () => {
    for await (const chunk of child.stdout) splitter.push(chunk);
    first.reject(new Error("the doomed harness ended before it said what it made"));
  })();
  const made = JSON.parse(await first.promise) as { pids: number[]; folder: string };
  return {
    pid: child.pid,
    ...made,
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await read;
    },
  };
}
