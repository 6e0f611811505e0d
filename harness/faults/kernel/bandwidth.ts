import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { type Fault, once } from "../fault.ts";
import { addQdisc, type QdiscStatistics } from "./qdisc.ts";

/** How narrow. */
export interface BandwidthOptions {
  /** Unique in the cell. @default "bandwidth <pod>" */
  readonly name?: string;
  readonly kernel: CellKernel;
  readonly pod: Pod;
  readonly bytesPerSecond: number;
  /** What may pass at once after a rest; at least one full packet. @default 16384 */
  readonly burstBytes?: number;
  /** How long a packet may wait before it is dropped. @default 1000 */
  readonly queueMs?: number;
}

/** "MP" in ASCII: nobody else's handle. */
const HANDLE = "4d50:";
/** An Ethernet frame of 1,500 bytes with its header; a bucket must hold one. */
const FRAME_BYTES = 1514;

/**
 * Lets a pod send no more than so many bytes in a second, by a token bucket (tc-tbf(8)). Witness: the kernel made
 * packets wait or dropped them, and has sent no more than the rate allows since. A pod that sends less than that gives
 * no witness.
 *
 * @param options The rate.
 */
export function limitBandwidth(options: BandwidthOptions): Fault {
  const { kernel, pod, bytesPerSecond, burstBytes = 16_384, queueMs = 1_000 } = options;
  const name = options.name ?? `bandwidth ${pod.name}`;
  if (!(bytesPerSecond >= 1) || !(burstBytes >= FRAME_BYTES) || !(queueMs > 0)) {
    throw new TypeError(
      `Cannot inject ${name}: expected a rate of at least 1 byte/s, a burst of at least ${FRAME_BYTES} bytes and a queue ` +
        `above 0 ms, found ${bytesPerSecond}, ${burstBytes} and ${queueMs}`,
    );
  }
  return {
    name,
    async inject() {
      const beganT = performance.now();
      const qdisc = await addQdisc({
        kernel,
        pod,
        handle: HANDLE,
        // In bits: the unit bps means bytes in one place and bits in another.
        discipline: [
          ...["tbf", "rate", `${Math.floor(bytesPerSecond * 8)}bit`],
          ...["burst", `${Math.floor(burstBytes)}b`, "latency", `${queueMs}ms`],
        ],
      });
      return {
        name,
        detail:
          `${pod.name} may send ${bytesPerSecond} bytes/s (burst ${burstBytes}) through ${qdisc.device}, queue of ${queueMs} ms`,
        heal: once(() => qdisc.remove()),
        async witness() {
          const sent = await qdisc.statistics();
          const withinMs = performance.now() - beganT;
          return weighBandwidth(sent, { bytesPerSecond, burstBytes, withinMs });
        },
      };
    },
  };
}

/**
 * What the token bucket's counters say; pure.
 *
 * @param seen.withinMs From before the bucket was there until after it was looked at.
 */
export function weighBandwidth(
  sent: QdiscStatistics,
  seen: { readonly bytesPerSecond: number; readonly burstBytes: number; readonly withinMs: number },
): { witnessed: boolean; detail: string } {
  // tc rounds the burst up to whole ticks: one frame more is no breach.
  const allowed = seen.burstBytes + FRAME_BYTES + seen.bytesPerSecond * seen.withinMs / 1000;
  const held = sent.overlimits + sent.drops;
  return {
    witnessed: held > 0 && sent.bytes <= allowed,
    detail:
      `the kernel sent ${sent.bytes} bytes in ${seen.withinMs.toFixed(0)} ms, where ${
        allowed.toFixed(0)
      } are allowed; ` +
      `${sent.overlimits} times a packet had to wait, ${sent.drops} were dropped, ${sent.backlog} bytes wait now`,
  };
}
