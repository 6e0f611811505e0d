import type { RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import { layLimit } from "./limits_in_force.ts";

/** How little. */
export interface LimitCpuOptions {
  /** Unique in the cell. @default "limit cpu <process>" */
  readonly name?: string;
  readonly kernel: CellKernel;
  readonly process: RunningProcess;
  /** Share of cores, such as 0.1. */
  readonly cpus: number;
}

/** Docker's own least share. */
const LEAST_CPUS = 0.01;

/**
 * Lets a process have a share of the cores only. Witness: the control group counts periods in which it was held back
 * that it did not count before. A process without work gives no witness.
 *
 * @param options The share.
 */
export function limitCpu(options: LimitCpuOptions): Fault {
  const { kernel, process, cpus } = options;
  const name = options.name ?? `limit cpu ${process.name}`;
  if (!(cpus >= LEAST_CPUS)) {
    throw new TypeError(
      `Cannot inject ${name}: expected a share of ${LEAST_CPUS} cores or more, found ${cpus}`,
    );
  }
  return {
    name,
    async inject() {
      const limit = await layLimit(kernel, process, { cpus });
      const before = await kernel.usage(process);
      const beganT = performance.now();
      return {
        name,
        detail: `${process.name} may use ${cpus} of a core; before: ${limit.before.cpus ?? "without limit"}`,
        heal: once(() => limit.lift()),
        async witness() {
          const now = await kernel.usage(process);
          const seconds = (performance.now() - beganT) / 1000;
          const throttled = now.throttledPeriods - before.throttledPeriods;
          const used = now.cpuSeconds - before.cpuSeconds;
          return {
            // One period may have begun under the old limit.
            witnessed: throttled > 1 && (limit.before.cpus ?? Infinity) > cpus,
            detail: `held back in ${throttled} periods since; used ${used.toFixed(3)} CPU seconds in ${
              seconds.toFixed(3)
            } s`,
          };
        },
      };
    },
  };
}
