/**
 * The reaper's program: it holds the other end of a pipe to the harness, on which a line comes every second. When that
 * end closes, the harness is gone, however it went; when the lines stop, it is looked for. Once it is gone, the reaper
 * sweeps its run. Arguments: state folder, run id, and for how long there may be no line (milliseconds; default 5000).
 * Standard output tells what it does, for whoever reads it.
 */
import { pause } from "../model/pause.ts";
import { sweep, type SweepResult } from "./sweep.ts";
import { within } from "./within.ts";

/** A harness that is still there so long after its end of the pipe closed has let the reaper go on purpose. */
const DEATH_LIMIT_MS = 3_000;
const LOOK_INTERVAL_MS = 20;
const SILENCE_LIMIT_MS = 5_000;

const [stateFolder, runId, silenceLimit] = Deno.args;
if (stateFolder === undefined || runId === undefined) {
  throw new TypeError("Usage: reaper_main.ts <state folder> <run id> [<silence limit in ms>]");
}
const silenceLimitMs = Number(silenceLimit ?? SILENCE_LIMIT_MS);

/** Sweeps, unless the harness is alive: its ledger has its pid and the time at which that process was started. */
const reap = () => sweep(stateFolder, { runId });
const isAlive = (result: SweepResult) => result.live.length > 0;
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(text + "\n"));

/** True when the pipe has ended; false when the harness was found dead, or gone with its ledger, though it has not. */
async function watch(): Promise<boolean> {
  const pipe = Deno.stdin.readable.getReader();
  for (let beat = pipe.read();;) {
    if (await within(beat, silenceLimitMs)) {
      if ((await beat).done) return true;
      beat = pipe.read();
    } else if (isAlive(await reap())) {
      // It is stopped, or its machine is very busy: nothing of it may be touched for that.
      await say(`silent for ${silenceLimitMs} ms, but alive`);
    } else {
      await say(`silent for ${silenceLimitMs} ms, and gone`);
      return false;
    }
  }
}

if (await watch()) {
  // The kernel closes a dying process's files a little before it shows the process as ended.
  const deadline = performance.now() + DEATH_LIMIT_MS;
  while (isAlive(await reap()) && performance.now() < deadline) await pause(LOOK_INTERVAL_MS);
}
// Somebody else may hold the pipe, so that the pending read would keep this program for ever.
Deno.exit(0);
