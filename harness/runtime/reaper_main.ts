/**
 * The reaper's program: it holds the other end of a pipe to the harness. When that end closes, the harness is
 * gone, however it went; then the reaper sweeps its run. Arguments: state folder, run id.
 */
import { sweep } from "./sweep.ts";

/** A harness that is still there so long after its end of the pipe closed has let the reaper go on purpose. */
const DEATH_LIMIT_MS = 3_000;

const [stateFolder, runId] = Deno.args;
if (stateFolder === undefined || runId === undefined) {
  throw new TypeError("Usage: reaper_main.ts <state folder> <run id>");
}
for await (const _ of Deno.stdin.readable);

// The kernel closes a dying process's files a little before it shows the process as ended.
const deadline = performance.now() + DEATH_LIMIT_MS;
for (let live = true; live && performance.now() < deadline;) {
  live = (await sweep(stateFolder, { runId })).live.length > 0;
}
