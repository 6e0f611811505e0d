import type { LinkConnection } from "../connection.ts";
import { type Direction, type Directions, each, type Toxic } from "../toxic.ts";
import { spentAfter } from "./spent_after.ts";

/** Parameters of {@linkcode cutAfter}. */
export interface CutAfterOptions {
  /** Bytes that pass on each connection, counted from when the toxic is armed. */
  readonly bytes: number;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Lets so many bytes pass on each connection (in each direction by itself), then closes it in order. Healing lets
 * new connections live; those that were cut are gone. Witness: the books of ended connections, which show one that
 * was ended by the link with as many bytes passed.
 */
export function cutAfter(options: CutAfterOptions): Toxic {
  const { bytes, direction: directions = "down", share } = options;
  return {
    kind: "cut_after",
    spec: { kind: "cut_after", bytes, direction: directions, share },
    detail: `cut after ${bytes} bytes ${directions}`,
    share,
    arm(control) {
      const armedT = performance.now();
      const atStart = new Map(control.connections().map((open) => [open.ordinal, open.bytesOut]));
      const passed = (connection: Pick<LinkConnection, "ordinal" | "bytesOut">, direction: Direction) =>
        connection.bytesOut[direction] - (atStart.get(connection.ordinal)?.[direction] ?? 0);
      return {
        heal: control.shape(spentAfter(control, { bytes, directions, whenSpent: "close" })),
        witness() {
          const cut = control.counters.ended.filter((ended) =>
            ended.endedT >= armedT && ended.cause.startsWith("cut by the link") &&
            each(directions).some((direction) => passed(ended, direction) === bytes)
          );
          return {
            witnessed: cut.length > 0,
            detail: `${cut.length} connections were cut with exactly ${bytes} bytes passed ${directions}`,
          };
        },
      };
    },
  };
}
