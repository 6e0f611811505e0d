import { covers, type Directions, type Toxic } from "../toxic.ts";
import { perWay } from "./per_way.ts";

/** Parameters of {@linkcode clog}. */
export interface ClogOptions {
  /** From the first bytes that are held to when all that has gathered is let go. */
  readonly holdMs: number;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Holds what comes for a while, then lets all of it go at once, again and again: the burst after a stall. Witness: pieces
 * that waited, and that went out close to one another though they had come apart.
 */
export function clog(options: ClogOptions): Toxic {
  const { holdMs, direction: directions = "down", share } = options;
  return {
    kind: "clog",
    spec: { kind: "clog", holdMs, direction: directions, share },
    detail: `held for ${holdMs} ms and let go at once ${directions}`,
    share,
    arm(control) {
      const armedT = performance.now();
      const state = perWay(() => ({ releaseT: -Infinity }));
      const heal = control.shape({
        directions,
        dueT(connection, direction, _bytes, dueT) {
          const own = state(connection, direction);
          if (dueT > own.releaseT) own.releaseT = dueT + holdMs;
          return own.releaseT;
        },
      });
      return {
        heal,
        witness() {
          const heldMs = control.counters.transits
            .filter((transit) => transit.readT >= armedT && covers(directions, transit.direction))
            .map((transit) => transit.writtenT - transit.readT);
          const longestMs = heldMs.reduce((most, each) => Math.max(most, each), 0);
          return {
            witnessed: heldMs.length > 0 && longestMs >= holdMs,
            detail: `${heldMs.length} pieces passed, held for up to ${longestMs.toFixed(1)} ms`,
          };
        },
      };
    },
  };
}
