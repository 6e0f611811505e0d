import { covers, type Directions, type Toxic } from "./toxic.ts";

/**
 * Cuts what passes into small writes, so that a receiver that takes one read for one message is found out. Witness:
 * pieces passed, and none was longer than asked for.
 *
 * @param maxBytes Longest piece.
 * @throws {RangeError} When the piece is not at least one byte.
 */
export function slice(maxBytes: number): Toxic {
  if (!Number.isInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(
      `Cannot slice as maxBytes must be a whole number of at least 1: current value is ${maxBytes}`,
    );
  }
  const directions: Directions = "both";
  return {
    kind: "slice",
    spec: { kind: "slice", maxBytes },
    detail: `writes of at most ${maxBytes} bytes`,
    arm(control) {
      const armedT = performance.now();
      return {
        heal: control.shape({ maxChunkBytes: maxBytes }),
        witness() {
          const pieces = control.counters.transits.filter((transit) =>
            transit.readT >= armedT && covers(directions, transit.direction)
          );
          const longest = pieces.reduce((most, piece) => Math.max(most, piece.bytes), 0);
          return {
            witnessed: pieces.length > 0 && longest <= maxBytes,
            detail: `${pieces.length} pieces passed, the longest of ${longest} bytes`,
          };
        },
      };
    },
  };
}
