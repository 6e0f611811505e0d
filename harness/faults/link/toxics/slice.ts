import { randomStream } from "../../../model/random.ts";
import { covers, type Directions, type Toxic } from "../toxic.ts";
import { perWay } from "./per_way.ts";

/** Parameters of {@linkcode slice}. */
export interface SliceOptions {
  /** Longest piece, but for `variationBytes`. */
  readonly maxBytes: number;
  /** Pieces are so much longer or shorter, evenly spread; less than `maxBytes`. @default 0 */
  readonly variationBytes?: number | undefined;
  /** From one piece to the next. @default 0 */
  readonly delayMs?: number | undefined;
  /** @default "both" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Cuts what passes into small writes, so that a receiver that takes one read for one message is found out. Witness:
 * pieces passed, and none was longer than asked for.
 *
 * @param options All of them, or the longest piece.
 * @throws {RangeError} When the piece is not at least one byte, or its variation as long as itself.
 */
export function slice(options: SliceOptions | number): Toxic {
  const given: SliceOptions = typeof options === "number" ? { maxBytes: options } : options;
  const { maxBytes, variationBytes = 0, delayMs = 0, direction: directions = "both", share } = given;
  if (!Number.isInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(
      `Cannot slice as maxBytes must be a whole number of at least 1: current value is ${maxBytes}`,
    );
  }
  if (!(variationBytes >= 0 && variationBytes < maxBytes)) {
    throw new RangeError(
      `Cannot slice as variationBytes must be at least 0 and less than maxBytes: current value is ${variationBytes}`,
    );
  }
  const longestBytes = maxBytes + variationBytes;
  return {
    kind: "slice",
    spec: { kind: "slice", maxBytes, variationBytes, delayMs, direction: directions, share },
    detail: `writes of at most ${longestBytes} bytes ${directions}, ${delayMs} ms apart`,
    share,
    arm(control) {
      const armedT = performance.now();
      const state = perWay((connection, direction) => ({
        random: randomStream(control.seed, control.name, control.faultName, connection.ordinal, direction),
        lastT: 0,
      }));
      return {
        heal: control.shape({
          directions,
          pieceBytes: (connection, direction) =>
            variationBytes === 0
              ? maxBytes
              : Math.round(maxBytes + variationBytes * (2 * state(connection, direction).random() - 1)),
          dueT(connection, direction, _bytes, dueT) {
            const own = state(connection, direction);
            return own.lastT = Math.max(dueT, own.lastT + delayMs);
          },
        }),
        witness() {
          const pieces = control.counters.transits.filter((transit) =>
            transit.readT >= armedT && covers(directions, transit.direction)
          );
          const longest = pieces.reduce((most, piece) => Math.max(most, piece.bytes), 0);
          return {
            witnessed: pieces.length > 0 && (longest <= longestBytes || (share ?? 1) < 1),
            detail: `${pieces.length} pieces passed, the longest of ${longest} bytes`,
          };
        },
      };
    },
  };
}
