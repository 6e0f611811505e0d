import { type Direction, type Directions, each, type Toxic } from "./toxic.ts";

/**
 * Bytes stop, connections stay: what a partition looks like to a sender. New connections are accepted, and nothing
 * comes through them. Ends and resets are held as well. Healing delivers what was held, in order, as TCP does after
 * a partition. Witness: the sockets' books, where a sender went on sending and nothing came out.
 *
 * @param directions Which way the bytes stop.
 */
export function blackhole(directions: Directions): Toxic {
  return {
    kind: "blackhole",
    spec: { kind: "blackhole", directions },
    detail: `blackhole ${directions}`,
    arm(control) {
      const before = structuredClone({ up: control.counters.up, down: control.counters.down });
      const heal = control.shape({ blocks: directions });
      const moved = (direction: Direction, side: "bytesIn" | "bytesOut") =>
        control.counters[direction][side] - before[direction][side];
      return {
        heal,
        witness() {
          const detail = each(directions)
            .map((way) => `${way}: ${moved(way, "bytesIn")} bytes sent, ${moved(way, "bytesOut")} came out`)
            .join("; ");
          const hasSender = each(directions).some((way) => moved(way, "bytesIn") > 0);
          const hasLeak = each(directions).some((way) => moved(way, "bytesOut") > 0);
          return { witnessed: hasSender && !hasLeak, detail };
        },
      };
    },
  };
}
