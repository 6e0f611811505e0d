import { randomStream } from "../../../model/random.ts";
import { covers, type Directions, type Toxic } from "../toxic.ts";
import { type Distribution, jitterStream } from "./jitter.ts";
import { perWay } from "./per_way.ts";

/** Parameters of {@linkcode latency}. */
export interface LatencyOptions {
  readonly delayMs: number;
  /** Spread about `delayMs`, see {@linkcode jitterStream}; never below 0 in sum. @default 0 */
  readonly jitterMs?: number | undefined;
  /** `down` adds `delayMs` to a round trip once. @default "down" */
  readonly direction?: Directions | undefined;
  /** @default "uniform" */
  readonly distribution?: Distribution | undefined;
  /** Of the jitter of a piece with that of the one before, in [0, 1). @default 0 */
  readonly correlation?: number | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/** Share of the delay that must be seen: timers may not fire early, but the median of few jittered ones varies. */
const SEEN_SHARE = 0.8;

/**
 * Holds every chunk for a while. Order is kept. Jitter comes from a stream keyed by seed, link, connection and
 * direction. Witness: the median time that pieces took from one socket to the other.
 */
export function latency(options: LatencyOptions): Toxic {
  const { delayMs, jitterMs = 0, direction: directions = "down", share } = options;
  const { distribution = "uniform", correlation = 0 } = options;
  if (!(correlation >= 0 && correlation < 1)) {
    throw new RangeError(
      `Cannot delay as correlation must be at least 0 and less than 1: current value is ${correlation}`,
    );
  }
  const ofKind = jitterMs === 0 ? "" : ` ${distribution}, correlation ${correlation},`;
  return {
    kind: "latency",
    spec: { kind: "latency", delayMs, jitterMs, direction: directions, distribution, correlation, share },
    detail: `latency of ${delayMs} ms, jitter ${jitterMs} ms,${ofKind} ${directions}`,
    share,
    arm(control) {
      const armedT = performance.now();
      const jitter = perWay((connection, direction) =>
        jitterStream(
          randomStream(control.seed, control.name, control.faultName, connection.ordinal, direction),
          distribution,
          correlation,
        )
      );
      const heal = control.shape({
        directions,
        dueT: (connection, direction, _bytes, dueT) =>
          dueT +
          (jitterMs === 0 ? delayMs : Math.max(0, delayMs + jitterMs * jitter(connection, direction)())),
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
