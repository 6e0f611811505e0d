import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import { weighNetem } from "./netem_testimony.ts";
import { probePaths } from "./path_probe.ts";
import { addQdisc, type QdiscStatistics } from "./qdisc.ts";
import { readTcpCounters, type TcpCounters } from "./tcp_counters.ts";
import { UnsupportedFaultError } from "./unsupported.ts";

/** What becomes of the packets that a pod sends. Shares are from 0 to 1; at least one effect is asked for. */
export interface NetemEffects {
  readonly delayMs?: number;
  /** Uniform, on both sides of the delay, and less than it. */
  readonly jitterMs?: number;
  readonly lossShare?: number;
  readonly duplicateShare?: number;
  /** These overtake the others; needs a delay. */
  readonly reorderShare?: number;
}

/** Whose packets. */
export interface NetemOptions extends NetemEffects {
  /** Unique in the cell. @default "netem <pod>" */
  readonly name?: string;
  readonly kernel: CellKernel;
  readonly pod: Pod;
  /** Another pod of the cell, which receives from it: the witness. */
  readonly peer: Pod;
}

/** What was seen at one moment. */
export interface NetemLook {
  /** At the pod's interface; undefined before the discipline is there. */
  readonly sent: QdiscStatistics | undefined;
  /** At the peer. */
  readonly received: TcpCounters;
  /** Median of some knocks that were answered; undefined when none was. */
  readonly roundTripMs: number | undefined;
}

/** "MP" in ASCII and one more: nobody else's handle. */
const HANDLE = "4d51:";
/** Packets that may be under way through the discipline at once; tc's own default of 1,000 drops under load. */
const QUEUE_PACKETS = 100_000;
const KNOCKS = 3;
/** An open path answers in a millisecond or so. */
const KNOCK_LIMIT_MS = 500;

/**
 * Whether the kernel has netem: it is asked to put one on an interface made for that, which nobody uses.
 *
 * @returns True, or false with the kernel's words.
 * @throws {Error} When it could not be tried.
 */
export async function isNetemSupported(
  kernel: CellKernel,
  pod: Pod,
): Promise<{ readonly supported: true } | { readonly supported: false; readonly reason: string }> {
  const remove = ["ip", "link", "del", "mp-try"];
  await kernel.run(
    pod,
    ["ip", "link", "add", "mp-try", "type", "veth", "peer", "name", "mp-try-peer"],
    remove,
  );
  const attempt = "LC_ALL=C tc qdisc add dev mp-try root netem delay 1ms 2>&1 && echo supported; exit 0";
  const output = await kernel.run(pod, ["sh", "-c", attempt]).finally(() => kernel.run(pod, remove));
  const reason = output.trim().replaceAll(/\s+/g, " ");
  if (reason === "supported") return { supported: true };
  // What a kernel says that does not know the discipline; before Linux 6.0 it said the second.
  if (/kind is unknown|No such file or directory/.test(reason)) return { supported: false, reason };
  throw new Error(
    `Cannot tell whether the kernel has netem: expected tc in ${pod.name} to add it or to call it unknown, found ${
      JSON.stringify(reason)
    }`,
  );
}

/**
 * Delays, loses, duplicates or reorders what a pod sends (tc-netem(8)). The kernel draws the lots: they are not keyed
 * by the run's seed. Witness: of each effect asked for, in another place than where it is made. Delay: the median round
 * trip of knocks grew by it. Loss: the discipline counts drops. Duplicates: the peer's TCP has told its senders of
 * segments that came twice (DSACK). Reorder: the peer's TCP has queued segments out of order. A pod that sends nothing
 * but our own knocks gives no witness.
 *
 * @param options The effects.
 * @throws {UnsupportedFaultError} By `inject`, where the kernel has no netem.
 */
export function netem(options: NetemOptions): Fault {
  const { kernel, pod, peer } = options;
  const name = options.name ?? `netem ${pod.name}`;
  const discipline = ["netem", "limit", String(QUEUE_PACKETS), ...netemArguments(name, options)];
  return {
    name,
    async inject() {
      const support = await isNetemSupported(kernel, pod);
      if (!support.supported) {
        throw new UnsupportedFaultError(
          "netem",
          support.reason,
          "run on a kernel with CONFIG_NET_SCH_NETEM (module sch_netem)",
        );
      }
      const limitMs = KNOCK_LIMIT_MS + (options.delayMs ?? 0) + (options.jitterMs ?? 0);
      const look = async (sent: QdiscStatistics | undefined): Promise<NetemLook> => ({
        sent,
        received: await readTcpCounters(kernel, peer),
        roundTripMs: await roundTrip(kernel, pod, peer, limitMs),
      });
      const before = await look(undefined);
      const qdisc = await addQdisc({ kernel, pod, handle: HANDLE, discipline });
      // Packets that the discipline had passed after our last knock: what comes on top until the next is not ours.
      let passed = 0;
      let foreign = 0;
      return {
        name,
        detail: `${discipline.join(" ")} for what ${pod.name} sends through ${qdisc.device}`,
        heal: once(() => qdisc.remove()),
        async witness() {
          const sent = await qdisc.statistics();
          foreign += sent.packets + sent.drops - passed;
          passed = sent.packets + sent.drops;
          if (foreign === 0) return { witnessed: false, detail: `${pod.name} has sent nothing` };
          const now = await look(sent);
          const after = await qdisc.statistics();
          passed = after.packets + after.drops;
          return weighNetem(options, before, { ...now, sent: after });
        },
      };
    },
  };
}

/**
 * The effects as tc(8) takes them; pure.
 *
 * @throws {TypeError} When they make no sense.
 */
export function netemArguments(name: string, effects: NetemEffects): readonly string[] {
  const { delayMs = 0, jitterMs = 0, lossShare = 0, duplicateShare = 0, reorderShare = 0 } = effects;
  const shares = { lossShare, duplicateShare, reorderShare };
  for (const [field, share] of Object.entries(shares)) {
    if (!(share >= 0 && share <= 1)) {
      throw new TypeError(`Cannot inject ${name}: expected ${field} from 0 to 1, found ${share}`);
    }
  }
  if (!(delayMs >= 0) || !(jitterMs >= 0) || (jitterMs > 0 && jitterMs >= delayMs)) {
    throw new TypeError(
      `Cannot inject ${name}: expected a delay of 0 ms or more and a jitter below it, found ${delayMs} and ${jitterMs}`,
    );
  }
  if (reorderShare > 0 && delayMs === 0) {
    throw new TypeError(
      `Cannot inject ${name}: expected a delay with reorderShare, since who overtakes does so by not waiting, found none`,
    );
  }
  const percent = (share: number) => `${Number((share * 100).toFixed(4))}%`;
  const words = [
    ...(delayMs > 0 ? ["delay", `${delayMs}ms`] : []),
    ...(jitterMs > 0 ? [`${jitterMs}ms`] : []),
    ...(lossShare > 0 ? ["loss", "random", percent(lossShare)] : []),
    ...(duplicateShare > 0 ? ["duplicate", percent(duplicateShare)] : []),
    ...(reorderShare > 0 ? ["reorder", percent(reorderShare)] : []),
  ];
  if (words.length > 0) return words;
  throw new TypeError(`Cannot inject ${name}: expected a delay or a share above 0, found none`);
}

async function roundTrip(
  kernel: CellKernel,
  pod: Pod,
  peer: Pod,
  limitMs: number,
): Promise<number | undefined> {
  const times: number[] = [];
  for (let knock = 0; knock < KNOCKS; knock++) {
    const probe = (await probePaths(kernel, pod, [peer], limitMs)).get(peer.name);
    if (probe?.roundTripMs !== undefined) times.push(probe.roundTripMs);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
