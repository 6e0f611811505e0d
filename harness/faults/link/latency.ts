import { type RandomStream, randomStream } from "../../model/random.ts";
import type { LinkConnection } from "./connection.ts";
import { covers, type Direction, type Directions, type Toxic } from "./toxic.ts";

/** Parameters of {@linkcode latency}. */
export interface LatencyOptions {
  readonly delayMs: number;
  /** Evenly spread, to both sides of `delayMs`; never below 0 in sum. @default 0 */
  readonly jitterMs?: number;
  /** `down` adds `delayMs` to a round trip once. @default "down" */
  readonly direction?: Directions;
}

/** Share of the delay that must be seen: timers may not fire early, but the median of few jittered ones varies. */
const SEEN_SHARE = 0.8;

/**
 * Holds every chunk for a while. Order is kept. Jitter comes from a stream keyed by seed, link, connection and
 * direction. Witness: the median time that pieces took from one socket to the other.
 */
export function latency(options: LatencyOptions): Toxic {
  const { delayMs, jitterMs = 0, direction: directions = "down" } = options;
  return {
    kind: "latency",
    spec: { kind: "latency", delayMs, jitterMs, direction: directions },
    detail: `latency of ${delayMs} ms, jitter ${jitterMs} ms, ${directions}`,
    arm(control) {
      const armedT = performance.now();
      const streams = new Map<string, RandomStream>();
      const streamOf = (connection: LinkConnection, direction: Direction) => {
        const key = `${connection.ordinal} ${direction}`;
        const stream = streams.get(key) ??
          randomStream(control.seed, control.name, "latency", connection.ordinal, direction);
        streams.set(key, stream);
        return stream;
      };
      const heal = control.shape({
        delayMs(connection, direction) {
          if (!covers(directions, direction)) return 0;
          if (jitterMs === 0) return delayMs;
          return Math.max(0, delayMs + jitterMs * (2 * streamOf(connection, direction)() - 1));
        },
      });
      return {
        heal,
        witness() {
          const heldMs = control.counters.transits
            .filter((transit) => transit.readT >= armedT && covers(directions, transit.direction))
            .map((transit) => transit.writtenT - transit.readT)
            .sort((a, b) => a - b);
          const medianMs = heldMs[Math.floor(heldMs.length / 2)];
          if (medianMs === undefined) {
            return { witnessed: false, detail: "no bytes passed since the delay began" };
          }
          const wantedMs = SEEN_SHARE * Math.max(delayMs - jitterMs, delayMs / 2);
          return {
            witnessed: medianMs >= wantedMs,
            detail: `median of ${heldMs.length} pieces between the sockets: ${medianMs.toFixed(1)} ms, ` +
              `wanted at least ${wantedMs.toFixed(1)} ms`,
          };
        },
      };
    },
  };
}
