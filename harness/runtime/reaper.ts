/** A watcher in a process of its own that undoes a run when its harness dies. */
import type { RunLedger } from "./run_ledger.ts";

/** A reaper that watches; disposing of it lets it go, after the ledger is closed. */
export interface Reaper extends AsyncDisposable {
  readonly pid: number;
}

/**
 * Starts a reaper for this harness's run. It sees the harness's death by the end of its standard input, which
 * the kernel closes also after a SIGKILL; so no heartbeat is needed, and a harness that is merely slow is safe.
 *
 * @param stateFolder The folder that the ledger was opened in.
 */
export function startReaper(stateFolder: string, ledger: RunLedger): Reaper {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-read", "--allow-write", "--allow-env"],
      ...[new URL("./reaper_main.ts", import.meta.url).href, stateFolder, ledger.runId],
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // Away from the terminal, so that Ctrl-C, or its closing, does not take the reaper along.
    detached: true,
  }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => undefined);
      await child.status;
    },
  };
}
