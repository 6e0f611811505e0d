/** Faults of a whole process: killed, or stopped in its tracks. */
import type { Address } from "../model/mesh.ts";
import type { RunningProcess } from "../model/process.ts";
import type { CellRuntime } from "../model/runtime.ts";
import { type Fault, once } from "./fault.ts";

/** Whom to strike. */
export interface ProcessFaultOptions {
  /** Unique in the cell. @default "kill <process name>", "pause <process name>" */
  readonly name?: string;
  readonly process: RunningProcess;
  /** Where the process listens (HTTP/1, HTTP/2 or TLS), for the witness. */
  readonly address: Address;
  /** Knocks at it from where its callers live. */
  readonly runtime: Pick<CellRuntime, "knock">;
  /** What healing does beside, such as starting another process in place of a killed one. */
  readonly onHeal?: () => Promise<void>;
}

/** A live server answers in a millisecond or so; this much silence tells a stopped one from a busy one. */
const SILENCE_MS = 150;
const ANSWER_MS = 1000;

/**
 * SIGKILL. Witness: its runtime does not know the process any more, and its port refuses connections (so ask before
 * anything else listens there).
 *
 * @param options The process.
 */
export function killProcess(options: ProcessFaultOptions): Fault {
  const { process, address, runtime } = options;
  const name = options.name ?? `kill ${process.name}`;
  return {
    name,
    async inject() {
      await process.kill();
      return {
        name,
        detail: `SIGKILL to ${process.name} (pid ${process.pid})`,
        heal: once(async () => await options.onHeal?.()),
        async witness() {
          const [seen, port] = await Promise.all([process.inspect(), runtime.knock(address, SILENCE_MS)]);
          return {
            witnessed: seen.state === "gone" && port === "ECONNREFUSED",
            detail: `${seen.detail}; ${address} says ${port}`,
          };
        },
      };
    },
  };
}

/**
 * SIGSTOP (in containers the freezer); healing lets it go on. Witness: its runtime shows the process stopped, the kernel
 * still takes connections for it, and a request that was answered before gets no answer.
 *
 * @param options The process.
 */
export function pauseProcess(options: ProcessFaultOptions): Fault {
  const { process, address, runtime } = options;
  const name = options.name ?? `pause ${process.name}`;
  return {
    name,
    async inject() {
      const before = await runtime.knock(address, ANSWER_MS);
      await process.pause();
      return {
        name,
        detail: `${process.name} (pid ${process.pid}) is stopped`,
        heal: once(async () => {
          // Killed while it was stopped: there is nothing to resume.
          if ((await process.inspect()).state !== "gone") await process.resume();
          await options.onHeal?.();
        }),
        async witness() {
          const [seen, port] = await Promise.all([process.inspect(), runtime.knock(address, SILENCE_MS)]);
          return {
            witnessed: before === "answered" && seen.state === "stopped" && port === "silent",
            detail: `${seen.detail}; ${address} ${before} before, now ${port} for ${SILENCE_MS} ms`,
          };
        },
      };
    },
  };
}
