/** Ending processes that are known to be a run's own. */
import { hasEnded, isAlive, type KernelProcess, lookUp, pidsWithEnvironment } from "./kernel.ts";
import { OWNER_VARIABLE } from "./state_folder.ts";

/** How often the processes of a run are listed again, since one of them may have started another meanwhile. */
const ROUNDS = 5;
const KILL_LIMIT_MS = 3_000;

/**
 * Kills all processes whose environment carries a run's owner tag.
 *
 * @param which Only those that it accepts. Default: all.
 * @returns The pids of what was killed, or undefined where the system does not show environments.
 */
export async function killTagged(
  runId: string,
  which: (process: KernelProcess) => boolean = () => true,
): Promise<number[] | undefined> {
  const killed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const pids = await pidsWithEnvironment(`${OWNER_VARIABLE}=${runId}`);
    if (pids === undefined) return undefined;
    const found = (await Promise.all(pids.map(lookUp))).filter((process) => process !== undefined).filter(
      which,
    );
    const ended = await Promise.all(found.map(({ pid, start }) => endProcess(pid, start)));
    const own = found.filter((_, index) => ended[index]).map(({ pid }) => pid);
    if (own.length === 0) break;
    killed.push(...own);
  }
  return killed;
}

/** Kills one process, with its group if it leads one, and waits until it is gone. False when it was gone before. */
export async function endProcess(pid: number, start: string): Promise<boolean> {
  const shown = await lookUp(pid);
  if (shown === undefined || hasEnded(shown) || shown.start !== start) return false;
  try {
    Deno.kill(shown.group === pid ? -pid : pid, "SIGKILL");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const deadline = performance.now() + KILL_LIMIT_MS;
  while (await isAlive(shown)) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot end process ${pid}: it is still there ${KILL_LIMIT_MS} ms after SIGKILL`);
    }
  }
  return true;
}
