import { covers, type Direction, type Directions, each, type Toxic } from "../toxic.ts";
import { perWay } from "./per_way.ts";

/** Parameters of {@linkcode bandwidth}. */
export interface BandwidthOptions {
  /** For each direction of each connection; 0 stops it. */
  readonly bytesPerSecond: number;
  /** What a connection that was silent may send at once. @default what passes in 5 ms */
  readonly burstBytes?: number | undefined;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/** Pieces are so long that one takes this time, so that a slow line trickles and does not gulp. */
const PIECE_MS = 5;
const LONGEST_PIECE_BYTES = 65536;
/** What a slow connection holds before its sender feels it, about as much as a socket's own buffer. */
const HOLD_BYTES = 65536;

/**
 * Lets bytes pass at a rate, by a token bucket for each direction of each connection (the generic cell rate algorithm,
 * ITU-T I.371). Witness: pieces waited, and no connection got more out than the rate allows in the time since.
 *
 * @throws {RangeError} When the rate is negative, or the burst is not at least one byte.
 */
export function bandwidth(options: BandwidthOptions): Toxic {
  const { bytesPerSecond, direction: directions = "down", share } = options;
  const pieceBytes = Math.max(1, Math.min(LONGEST_PIECE_BYTES, Math.floor(bytesPerSecond * PIECE_MS / 1000)));
  const { burstBytes = pieceBytes } = options;
  if (!(bytesPerSecond >= 0 && burstBytes >= 1)) {
    throw new RangeError(
      `Cannot limit bandwidth as bytesPerSecond must be at least 0 and burstBytes at least 1: ` +
        `current values are ${bytesPerSecond} and ${burstBytes}`,
    );
  }
  const timeMs = (bytes: number) => 1000 * bytes / bytesPerSecond;
  return {
    kind: "bandwidth",
    spec: { kind: "bandwidth", bytesPerSecond, burstBytes, direction: directions, share },
    detail: `bandwidth of ${bytesPerSecond} bytes/s, bursts of ${burstBytes}, ${directions}`,
    share,
    arm(control) {
      const armedT = performance.now();
      const atStart = new Map(control.connections().map((open) => [open.ordinal, open.bytesOut]));
      const bucket = perWay(() => ({ emptyT: -Infinity }));
      const heal = control.shape({
        directions,
        holdBytes: Math.max(HOLD_BYTES, burstBytes),
        blocks: () => bytesPerSecond === 0,
        pieceBytes: () => Math.min(pieceBytes, burstBytes),
        dueT(connection, direction, bytes, dueT) {
          if (bytesPerSecond === 0) return dueT;
          const own = bucket(connection, direction);
          own.emptyT = Math.max(own.emptyT, dueT) + timeMs(bytes);
          return Math.max(dueT, own.emptyT - timeMs(burstBytes));
        },
      });
      return {
        heal,
        witness() {
          const now = performance.now();
          const { transits, ended } = control.counters;
          const waited = transits.filter((transit) =>
            transit.readT >= armedT && covers(directions, transit.direction) &&
            transit.writtenT > transit.readT + 1
          );
          const isTooMuch = (ordinal: number, out: Readonly<Record<Direction, number>>, untilT: number) =>
            control.strikes(ordinal) && each(directions).some((direction) => {
              const allowed = bytesPerSecond * (untilT - armedT) / 1000 + burstBytes + pieceBytes;
              return out[direction] - (atStart.get(ordinal)?.[direction] ?? 0) > allowed;
            });
          const faster = [
            ...control.connections().map((open) => isTooMuch(open.ordinal, open.bytesOut, now)),
            ...ended.filter((each) => each.endedT >= armedT).map((each) =>
              isTooMuch(each.ordinal, each.bytesOut, each.endedT)
            ),
          ].filter(Boolean).length;
          const isStopped = bytesPerSecond === 0 &&
            each(directions).some((way) => control.counters[way].bytesIn > 0);
          return {
            witnessed: (waited.length > 0 || isStopped) && faster === 0,
            detail:
              `${waited.length} pieces waited; ${faster} connections were faster than ${bytesPerSecond} bytes/s`,
          };
        },
      };
    },
  };
}
