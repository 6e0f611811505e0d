import type { RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import { layLimit } from "./limits_in_force.ts";

/** How little. */
export interface LimitMemoryOptions {
  /** Unique in the cell. @default "limit memory <process>" */
  readonly name?: string;
  readonly kernel: CellKernel;
  readonly process: RunningProcess;
  readonly memoryBytes: number;
}

/** Docker's own least limit: 6 MiB. */
const LEAST_BYTES = 6 * 1024 * 1024;
/** Limits are kept in whole pages; the largest that are common. */
const PAGE_BYTES = 65_536;

/**
 * Lets a process have so much memory; what takes more is ended by the kernel. Witness: the control group itself shows
 * the limit where it showed a higher one before, and the process lives within it, or the kernel has ended something in
 * it since.
 *
 * @param options The limit.
 */
export function limitMemory(options: LimitMemoryOptions): Fault {
  const { kernel, process, memoryBytes } = options;
  const name = options.name ?? `limit memory ${process.name}`;
  if (!(memoryBytes >= LEAST_BYTES)) {
    throw new TypeError(`Cannot inject ${name}: expected ${LEAST_BYTES} bytes or more, found ${memoryBytes}`);
  }
  return {
    name,
    async inject() {
      const before = await kernel.usage(process);
      const limit = await layLimit(kernel, process, { memoryBytes });
      return {
        name,
        detail: `${process.name} may use ${memoryBytes} bytes; before: ${
          limit.before.memoryBytes ?? "without limit"
        }, of which it used ${before.memoryBytes}`,
        heal: once(() => limit.lift()),
        async witness() {
          const now = await kernel.usage(process);
          const kills = now.outOfMemoryKills - before.outOfMemoryKills;
          const isTightest = before.memoryLimitBytes - memoryBytes >= PAGE_BYTES;
          // Of a process that has ended there is no control group any more.
          const isShown = Math.abs(now.memoryLimitBytes - memoryBytes) < PAGE_BYTES;
          return {
            witnessed: isTightest && (kills > 0 || (isShown && now.memoryBytes <= now.memoryLimitBytes)),
            detail:
              `the control group allows ${now.memoryLimitBytes} bytes (${before.memoryLimitBytes} before) and ` +
              `counts ${now.memoryBytes}; ended for lack of memory since: ${kills}`,
          };
        },
      };
    },
  };
}
