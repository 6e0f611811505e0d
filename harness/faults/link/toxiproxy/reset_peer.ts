import type { LinkConnection } from "../connection.ts";
import type { Direction, Toxic } from "../toxic.ts";

/** Parameters of {@linkcode resetPeer}. */
export interface ResetPeerOptions {
  /** From the first bytes to the RST. */
  readonly timeoutMs: number;
  readonly direction: Direction;
  /** Share of connections. */
  readonly share: number;
}

/**
 * Toxiproxy's `reset_peer` (`toxics/reset_peer.go`): the first bytes of the direction, or its end, do not get through;
 * after the time-out both sides get a RST. Unlike there it is a RST also for connections that were open before. The
 * link's own `reset` differs: it strikes by time alone, and opens a connection to see that it did. Witness: the
 * connections that were struck.
 */
export function resetPeer({ timeoutMs, direction, share }: ResetPeerOptions): Toxic {
  return {
    kind: "reset",
    spec: { kind: "reset", ongoing: true, afterMs: timeoutMs, share },
    detail: `reset ${timeoutMs} ms after the first bytes ${direction}`,
    share,
    arm(control) {
      const timers = new Map<LinkConnection, ReturnType<typeof setTimeout>>();
      let resetCount = 0;
      const strike = (connection: LinkConnection) => {
        timers.delete(connection);
        if (!control.connections().includes(connection)) return;
        resetCount++;
        control.hit({ connection: connection.ordinal, direction, detail: `reset after ${timeoutMs} ms` });
        connection.reset("reset by the link");
      };
      const begin = (connection: LinkConnection) => {
        if (timers.has(connection)) return;
        timers.set(connection, setTimeout(() => strike(connection), timeoutMs));
      };
      const stop = control.shape({
        directions: direction,
        tellsHits: true,
        alter(connection, _direction, bytes) {
          begin(connection);
          control.count({ bytes: bytes.length, pieces: 1 });
          return new Uint8Array(0);
        },
        endDelayMs(connection) {
          begin(connection);
          // Longer than the RST takes to come.
          return 2 * timeoutMs + 1000;
        },
      });
      return {
        heal() {
          stop();
          for (const timer of timers.values()) clearTimeout(timer);
          timers.clear();
        },
        witness: () => ({ witnessed: resetCount > 0, detail: `${resetCount} connections were reset` }),
      };
    },
  };
}
