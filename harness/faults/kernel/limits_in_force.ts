/** Limits of a process that faults lay over each other: each can be taken away without touching the others. */
import type { RunningProcess } from "../../model/process.ts";
import type { CellKernel, ResourceLimits } from "../../model/runtime.ts";

interface Layers {
  /** What was in force before the first. */
  original: ResourceLimits | undefined;
  readonly limits: ResourceLimits[];
  /** Changes of one process, one after the other. */
  queue: Promise<unknown>;
}

const layersOf = new WeakMap<RunningProcess, Layers>();

/** One fault's limit. */
export interface LimitInForce {
  /** What was in force before this one, of all faults together. */
  readonly before: ResourceLimits;
  lift(): Promise<void>;
}

/**
 * Lays a limit over those in force; of each resource the tightest counts.
 *
 * @throws What the kernel's side throws; nothing has changed then.
 */
export function layLimit(
  kernel: CellKernel,
  process: RunningProcess,
  limit: ResourceLimits,
): Promise<LimitInForce> {
  const layers = layersOf.get(process) ?? { original: undefined, limits: [], queue: Promise.resolve() };
  layersOf.set(process, layers);
  return inTurn(layers, async () => {
    if (layers.original === undefined) {
      layers.original = await kernel.limit(process, limit);
      // Only now is it known what the process had of itself, which is kept beside.
      const both = tightest([layers.original, limit]);
      if (both.cpus !== limit.cpus || both.memoryBytes !== limit.memoryBytes) {
        await kernel.limit(process, both);
      }
    } else {
      await kernel.limit(process, tightest([layers.original, ...layers.limits, limit]));
    }
    const before = tightest([layers.original, ...layers.limits]);
    layers.limits.push(limit);
    return {
      before,
      lift: () =>
        inTurn(layers, async () => {
          const at = layers.limits.indexOf(limit);
          if (at < 0) return;
          layers.limits.splice(at, 1);
          // A process that has ended took its control group along.
          if ((await process.inspect()).state === "gone") return;
          await kernel.limit(process, tightest([layers.original ?? {}, ...layers.limits]));
        }),
    };
  });
}

function inTurn<Result>(layers: Layers, work: () => Promise<Result>): Promise<Result> {
  const done = layers.queue.then(work);
  layers.queue = done.catch(() => undefined);
  return done;
}

/** Of each resource the least that any of them allows. */
export function tightest(limits: readonly ResourceLimits[]): ResourceLimits {
  const least = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  };
  const cpus = least(limits.map((limit) => limit.cpus));
  const memoryBytes = least(limits.map((limit) => limit.memoryBytes));
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  };
}
