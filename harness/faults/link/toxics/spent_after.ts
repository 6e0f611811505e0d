import type { LinkConnection } from "../connection.ts";
import type { Direction, Directions, LinkControl, Shaper } from "../toxic.ts";

/** What {@linkcode spentAfter} needs to know. */
export interface SpentAfterOptions {
  readonly bytes: number;
  readonly directions: Directions;
  readonly whenSpent: "close" | "end" | "reset";
  /** Connections that it works on, beside the share. @default all */
  readonly isStruck?: (connection: LinkConnection) => boolean;
  /** Told of each direction of a connection that has passed its bytes. */
  readonly onSpent?: (connection: LinkConnection, direction: Direction) => void;
}

const DONE = { close: "closed", end: "ended", reset: "reset" } as const;

/** A shaper that lets so many bytes pass in each direction of each connection, counted from now on, and ends it then. */
export function spentAfter(control: LinkControl, options: SpentAfterOptions): Shaper {
  const { bytes, directions, whenSpent, isStruck = () => true } = options;
  const atStart = new Map(control.connections().map((open) => [open.ordinal, open.bytesOut]));
  const passed = (connection: LinkConnection, direction: Direction) =>
    connection.bytesOut[direction] - (atStart.get(connection.ordinal)?.[direction] ?? 0);
  return {
    directions,
    whenSpent,
    tellsHits: true,
    allowance: (connection, direction, offered) =>
      isStruck(connection) ? Math.max(0, Math.min(offered, bytes - passed(connection, direction))) : offered,
    onSpent(connection, direction) {
      const detail = `${DONE[whenSpent]} after ${passed(connection, direction)} bytes`;
      control.hit({ connection: connection.ordinal, direction, detail });
      options.onSpent?.(connection, direction);
    },
  };
}
