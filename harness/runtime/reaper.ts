/** A watcher in a process of its own that undoes a run when its harness dies. */
import { parseDockerHost } from "./docker/docker_host.ts";
import { engineHost } from "./docker/engine_host.ts";
import { startHeartbeat } from "./heartbeat.ts";

/** A reaper that watches; disposing of it lets it go, after the ledger is closed. */
export interface Reaper extends AsyncDisposable {
  readonly pid: number;
}

/**
 * Starts a reaper for a run of this harness, best before the run's ledger is opened: there is no moment then at which
 * nobody watches. It sees the harness's death by the end of its standard input, which the
 * kernel closes also after a SIGKILL, at once. Should some child have inherited the other end of that pipe, so that it
 * stays open, then it is the beats on it that end; a harness that is merely slow or stopped keeps what it has.
 *
 * @param stateFolder The folder that the ledger is opened in.
 */
export function startReaper(stateFolder: string, run: { readonly runId: string }): Reaper {
  const child = new Deno.Command(Deno.execPath(), {
    args: reaperArguments(stateFolder, run.runId),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // Away from the terminal, so that Ctrl-C, or its closing, does not take the reaper along.
    detached: true,
  }).spawn();
  const heartbeat = startHeartbeat(child.stdin);
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await heartbeat[Symbol.asyncDispose]();
      await child.status;
    },
  };
}

/** Arguments of `deno` that run a reaper. */
export function reaperArguments(stateFolder: string, runId: string): string[] {
  return [
    ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-read", "--allow-write", "--allow-env"],
    ...engineAccess(engineHost()),
    ...[new URL("./reaper_main.ts", import.meta.url).href, stateFolder, runId],
  ];
}

/** It talks to nobody but the engine that the harness would make containers on. */
function engineAccess(host: string): string[] {
  try {
    const place = parseDockerHost(host);
    return [
      `--allow-net=${place.kind === "socket" ? `unix:${place.path}` : `${place.hostname}:${place.port}`}`,
    ];
  } catch {
    // An address that nobody understands: nothing was made there either, and whoever wanted to has said so.
    return [];
  }
}
