import { type Direction, type Directions, each, type Toxic } from "../toxic.ts";

/** Parameters of {@linkcode blackhole}. */
export interface BlackholeOptions {
  /** Which way the bytes stop. */
  readonly direction: Directions;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Bytes stop, connections stay: what a partition looks like to a sender. New connections are accepted, and nothing
 * comes through them. Ends and resets are held as well. Healing delivers what was held, in order, as TCP does after
 * a partition. Witness: the sockets' books, where a sender went on sending and nothing came out (of a share of the
 * connections: where some of them were struck).
 *
 * @param options Which way, or its only needed part.
 */
export function blackhole(options: BlackholeOptions | Directions): Toxic {
  const { direction: directions, share } = typeof options === "string" ? { direction: options } : options;
  return {
    kind: "blackhole",
    spec: { kind: "blackhole", direction: directions, share },
    detail: `blackhole ${directions}`,
    share,
    arm(control) {
      const before = structuredClone({ up: control.counters.up, down: control.counters.down });
      let swallowed = 0;
      const heal = control.shape({
        directions,
        blocks: () => true,
        alter: (_connection, _direction, bytes) => (swallowed += bytes.length, bytes),
      });
      const moved = (direction: Direction, side: "bytesIn" | "bytesOut") =>
        control.counters[direction][side] - before[direction][side];
      return {
        heal,
        witness() {
          const detail = each(directions)
            .map((way) => `${way}: ${moved(way, "bytesIn")} bytes sent, ${moved(way, "bytesOut")} came out`)
            .join("; ");
          const hasSender = each(directions).some((way) => moved(way, "bytesIn") > 0);
          // Where others are spared, their bytes come out: only what came in beyond that was held.
          const hasLeak = each(directions).some((way) => moved(way, "bytesOut") > 0) && share === undefined;
          return { witnessed: hasSender && !hasLeak && swallowed > 0, detail };
        },
      };
    },
  };
}
