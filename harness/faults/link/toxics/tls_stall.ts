import type { LinkConnection } from "../connection.ts";
import type { Toxic } from "../toxic.ts";

/** Parameters of {@linkcode tlsStall}. */
export interface TlsStallOptions {
  /** What is held, and all that comes after it the same way. */
  readonly hold: "client_hello" | "server_hello";
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/** ContentType of a handshake record; RFC 8446, 5.1. It is the first byte of a connection that speaks TLS. */
const HANDSHAKE = 0x16;

/**
 * Stalls TLS handshakes: the ClientHello, or the answer to it, is held until the toxic is healed. Connections that begin
 * with something else, and those that had begun before, pass. Witness: the books of stalled connections, where nothing
 * came out that way.
 */
export function tlsStall(options: TlsStallOptions): Toxic {
  const { hold, share } = options;
  const held = hold === "client_hello" ? "up" : "down";
  return {
    kind: "tls_stall",
    spec: { kind: "tls_stall", hold, share },
    detail: `TLS handshakes stalled at the ${hold === "client_hello" ? "ClientHello" : "ServerHello"}`,
    share,
    arm(control) {
      const seen = new WeakSet<LinkConnection>();
      for (const connection of control.connections()) {
        if (connection.bytesOut.up > 0 || connection.bytesOut.down > 0) seen.add(connection);
      }
      const stalled = new Set<LinkConnection>();
      const heal = control.shape({
        directions: "both",
        tellsHits: true,
        alter(connection, direction, bytes) {
          if (direction === "down" || seen.has(connection)) return bytes;
          seen.add(connection);
          if (bytes[0] === HANDSHAKE) {
            stalled.add(connection);
            control.hit({ connection: connection.ordinal, direction: held, detail: `${hold} held` });
          }
          return bytes;
        },
        blocks: (connection, direction) => direction === held && stalled.has(connection),
      });
      return {
        heal,
        witness() {
          const silent = [...stalled].filter((connection) => connection.bytesOut[held] === 0);
          return {
            witnessed: stalled.size > 0 && silent.length === stalled.size,
            detail:
              `${stalled.size} handshakes were stalled, ${silent.length} of them passed nothing ${held}`,
          };
        },
      };
    },
  };
}
