import type { RuntimeName } from "../model/runtime.ts";

/**
 * Runs jobs side by side up to a limit, in the order given; the results come in that order too.
 *
 * @param limit Most at once.
 * @param work Must not throw for what concerns one job alone: what it throws ends the whole schedule.
 */
export async function schedule<Job, Result>(
  jobs: readonly Job[],
  limit: number,
  work: (job: Job) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let isOver = false;
  const worker = async () => {
    while (next < jobs.length && !isOver) {
      const index = next++;
      try {
        signal.throwIfAborted();
        results[index] = await work(jobs[index] as Job);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(limit, jobs.length) }, worker);
  // All of them, so that nothing still runs when the first failure is reported.
  const settled = await Promise.allSettled(workers);
  const failed = settled.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results;
}

/**
 * Cells mostly wait, so a core carries several of them; more would make each other's timing worse. To start and to end
 * containers is work for the engine, on the same cores.
 */
const CELLS_PER_CORE: Readonly<Record<RuntimeName, number>> = { process: 3, docker: 2 };

/** How many cells run side by side on this machine. */
export function cellLimit(runtime: RuntimeName, cores: number = navigator.hardwareConcurrency): number {
  return Math.max(2, cores * CELLS_PER_CORE[runtime]);
}
