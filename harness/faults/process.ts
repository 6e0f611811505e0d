/** Faults of a whole process: killed, or stopped in its tracks. */
import type { Address } from "../model/mesh.ts";
import type { RunningProcess } from "../model/process.ts";
import { hasEnded, lookUp } from "../runtime/kernel.ts";
import { type Fault, once } from "./fault.ts";
import { probeHttp } from "./http_probe.ts";

/** Whom to strike. */
export interface ProcessFaultOptions {
  /** Unique in the cell. @default "kill <process name>", "pause <process name>" */
  readonly name?: string;
  readonly process: RunningProcess;
  /** Where the process listens (HTTP/1, HTTP/2 or TLS), for the witness. */
  readonly address: Address;
  /** What healing does beside, such as starting another process in place of a killed one. */
  readonly onHeal?: () => Promise<void>;
}

/** A live server answers in a millisecond or so; this much silence tells a stopped one from a busy one. */
const SILENCE_MS = 150;

/**
 * SIGKILL. Witness: the kernel does not know the process any more, and its port refuses connections (so ask before
 * anything else listens there).
 *
 * @param options The process.
 */
export function killProcess(options: ProcessFaultOptions): Fault {
  const { process, address } = options;
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
          const [shown, port] = await Promise.all([lookUp(process.pid), probeHttp(address, SILENCE_MS)]);
          const isGone = shown === undefined || hasEnded(shown);
          return {
            witnessed: isGone && port === "ECONNREFUSED",
            detail: `pid ${process.pid} is ${
              isGone ? "gone" : `there in state ${shown?.state}`
            }; ${address} says ${port}`,
          };
        },
      };
    },
  };
}

/**
 * SIGSTOP; healing sends SIGCONT. Witness: the kernel shows the process stopped, still takes connections for it, and
 * a request that was answered before gets no answer.
 *
 * @param options The process.
 */
export function pauseProcess(options: ProcessFaultOptions): Fault {
  const { process, address } = options;
  const name = options.name ?? `pause ${process.name}`;
  return {
    name,
    async inject() {
      const before = await probeHttp(address, 1000);
      await process.pause();
      return {
        name,
        detail: `SIGSTOP to ${process.name} (pid ${process.pid})`,
        heal: once(async () => {
          const shown = await lookUp(process.pid);
          // Killed while it was stopped: there is nothing to resume.
          if (shown !== undefined && !hasEnded(shown)) await process.resume();
          await options.onHeal?.();
        }),
        async witness() {
          const [shown, port] = await Promise.all([lookUp(process.pid), probeHttp(address, SILENCE_MS)]);
          const state = shown?.state ?? "gone";
          return {
            witnessed: before === "answered" && state === "T" && port === "silent",
            detail:
              `pid ${process.pid} is in state ${state}; ${address} ${before} before, now ${port} for ${SILENCE_MS} ms`,
          };
        },
      };
    },
  };
}
