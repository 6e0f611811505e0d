import type { LinkConnection } from "../connection.ts";
import { type Directions, each, type Toxic } from "../toxic.ts";
import { spentAfter } from "./spent_after.ts";

/** Parameters of {@linkcode halfClose}. */
export interface HalfCloseOptions {
  /** Bytes that pass on each connection before, counted from when the toxic is armed; 0 is at once. @default 0 */
  readonly afterBytes?: number | undefined;
  /** @default "down" */
  readonly direction?: Directions | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/**
 * Ends one direction of connections (FIN) while the other goes on; what its sender still says is dropped. Healing lets
 * new connections live. Witness: the books of the sockets, where that direction stands still at what it was allowed.
 */
export function halfClose(options: HalfCloseOptions = {}): Toxic {
  const { afterBytes = 0, direction: directions = "down", share } = options;
  return {
    kind: "half_close",
    spec: { kind: "half_close", afterBytes, direction: directions, share },
    detail: `${directions} ended after ${afterBytes} bytes`,
    share,
    arm(control) {
      const halved = new Map<LinkConnection, number>();
      const outOf = (connection: LinkConnection) =>
        each(directions).reduce((sum, direction) => sum + connection.bytesOut[direction], 0);
      const stops: (() => void)[] = [];
      if (afterBytes > 0) {
        const onSpent = (connection: LinkConnection) => void halved.set(connection, outOf(connection));
        stops.push(
          control.shape(spentAfter(control, { bytes: afterBytes, directions, whenSpent: "end", onSpent })),
        );
      } else {
        const strike = (connection: LinkConnection) => {
          if (!control.strikes(connection.ordinal)) return;
          for (const direction of each(directions)) {
            connection.halfClose(direction);
            control.hit({ connection: connection.ordinal, direction, detail: "ended at once" });
          }
          halved.set(connection, outOf(connection));
        };
        control.connections().forEach(strike);
        stops.push(control.onConnection(strike));
      }
      return {
        heal: () => stops.forEach((stop) => stop()),
        witness() {
          const still = [...halved].filter(([connection, bytes]) => outOf(connection) === bytes);
          return {
            witnessed: still.length > 0 && still.length === halved.size,
            detail:
              `${halved.size} connections were ended ${directions}, ${still.length} passed nothing since`,
          };
        },
      };
    },
  };
}
