import { randomStream } from "../../../model/random.ts";
import { type Directions, type Toxic } from "../toxic.ts";
import { perWay } from "./per_way.ts";

/** Parameters of {@linkcode corrupt}. */
export interface CorruptOptions {
  /** Share of bytes that are struck, in [0, 1]; one bit of each is flipped. */
  readonly byteShare: number;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Flips bits. Which ones depends on the seed, the connection and the place of a byte among those that came since it was
 * armed, never on how they are cut into packets; each is told as a hit. Witness: bytes that went out changed.
 *
 * @throws {RangeError} When the share of bytes is not between 0 and 1.
 */
export function corrupt(options: CorruptOptions): Toxic {
  const { byteShare, direction: directions = "down", share } = options;
  if (!(byteShare >= 0 && byteShare <= 1)) {
    throw new RangeError(
      `Cannot corrupt as byteShare must be between 0 and 1: current value is ${byteShare}`,
    );
  }
  return {
    kind: "corrupt",
    spec: { kind: "corrupt", byteShare, direction: directions, share },
    detail: `one bit flipped in ${byteShare} of the bytes ${directions}`,
    share,
    arm(control) {
      const state = perWay((connection, direction) => {
        const { seed, name, faultName } = control;
        const random = randomStream(seed, name, faultName, connection.ordinal, direction);
        return { random, place: 0, next: gap(random(), byteShare) };
      });
      let flipped = 0;
      const heal = control.shape({
        directions,
        tellsHits: true,
        alter(connection, direction, bytes) {
          const own = state(connection, direction);
          const end = own.place + bytes.length;
          for (; own.next < end; own.next += 1 + gap(own.random(), byteShare)) {
            const index = own.next - own.place;
            const bit = Math.floor(own.random() * 8);
            bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
            flipped++;
            const detail = `flipped bit ${bit} of byte ${own.next}`;
            control.hit({ connection: connection.ordinal, direction, detail });
          }
          own.place = end;
          return bytes;
        },
      });
      return {
        heal,
        witness: () => ({ witnessed: flipped > 0, detail: `${flipped} bytes were changed` }),
      };
    },
  };
}

/** Bytes that are spared before the next one that is not: geometric. */
function gap(random: number, byteShare: number): number {
  if (byteShare === 0) return Infinity;
  return byteShare === 1 ? 0 : Math.floor(Math.log(1 - random) / Math.log(1 - byteShare));
}
