import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import { probePaths } from "./path_probe.ts";
import { interfaceOf } from "./qdisc.ts";

/** Whose cable. */
export interface DisconnectOptions {
  /** Unique in the cell. @default "disconnect <pod>" */
  readonly name?: string;
  readonly kernel: CellKernel;
  readonly pod: Pod;
  /** Another pod of the cell, which is the witness. */
  readonly peer: Pod;
}

/** An open path answers in a millisecond or so. */
const KNOCK_LIMIT_MS = 250;
/** Where it must be open, a busy machine is given more time. */
const CONTROL_LIMIT_MS = 2_000;

/**
 * Pulls a pod's cable: its interface and address are gone until it is healed, and its own connects fail at once
 * (compare `isolate`, where everything is silence). Healing puts it back at the same address. Witness: the engine says
 * that it is off the network, no interface in the pod has the address, and the peer, who was answered before, no longer
 * is.
 *
 * @param options The pod.
 */
export function disconnect(options: DisconnectOptions): Fault {
  const { kernel, pod, peer } = options;
  const name = options.name ?? `disconnect ${pod.name}`;
  const knock = async (limitMs: number) => (await probePaths(kernel, peer, [pod], limitMs)).get(pod.name);
  return {
    name,
    async inject() {
      const before = await knock(CONTROL_LIMIT_MS);
      await kernel.disconnect(pod);
      return {
        name,
        detail: `${pod.name} taken off the network`,
        heal: once(async () => {
          if (!(await kernel.isConnected(pod))) await kernel.connect(pod);
          if (await interfaceOf(kernel, pod) !== undefined) return;
          throw new Error(
            `Cannot heal ${name}: expected an interface with ${pod.host} again, found none; the engine gave it another address`,
          );
        }),
        async witness() {
          const [isConnected, device, now] = await Promise.all([
            kernel.isConnected(pod),
            interfaceOf(kernel, pod),
            knock(KNOCK_LIMIT_MS),
          ]);
          return {
            witnessed: !isConnected && device === undefined && before?.isOpen === true &&
              now?.isOpen === false,
            detail: `the engine says ${pod.name} is ${
              isConnected ? "on" : "off"
            } the network; ${pod.host} is at ${
              device ?? "no interface of it"
            }; a knock from ${peer.name}: ${before?.outcome} before, ${now?.outcome} now`,
          };
        },
      };
    },
  };
}
