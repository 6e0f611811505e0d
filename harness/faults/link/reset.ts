import type { LinkConnection } from "./connection.ts";
import { holdProbe } from "./probe.ts";
import type { LinkControl, Toxic } from "./toxic.ts";

/** Parameters of {@linkcode reset}. */
export interface ResetOptions {
  /** Reset connections that are opened while the toxic is armed as well, at their first bytes. @default false */
  readonly ongoing?: boolean;
}

/** How long the probe may take to see the RST; on loopback it takes well under a millisecond. */
const SEEN_LIMIT_MS = 1000;

/**
 * Sends a RST on both sides of every open connection. Witness: a connection that the harness held through the link
 * saw ECONNRESET, and others were reset with it.
 */
export function reset(options: ResetOptions = {}): Toxic {
  const { ongoing = false } = options;
  return {
    kind: "reset",
    spec: { kind: "reset", ongoing },
    detail: ongoing ? "open and new connections reset" : "open connections reset",
    async arm(control) {
      const probe = await holdProbe(control.address);
      if (probe !== undefined) await accepted(control, probe.port);
      let resetCount = 0;
      const strike = (connection: LinkConnection) => {
        if (connection.clientPort !== probe?.port) resetCount++;
        connection.reset("reset by the link");
      };
      for (const connection of control.connections()) strike(connection);
      // A new connection is struck when the first bytes come: a RST any sooner meets a caller that has not yet seen
      // its connection accepted, and looks like a refusal.
      const stop = ongoing ? control.shape({ delayMs: (connection) => (strike(connection), 0) }) : () => {};
      return {
        heal() {
          stop();
          probe?.close();
        },
        async witness() {
          await probe?.ended(SEEN_LIMIT_MS);
          const seen = probe === undefined ? "could not connect" : `saw ${probe.ending ?? "nothing"}`;
          return {
            witnessed: probe?.ending === "ECONNRESET" && resetCount > 0,
            detail:
              `a probe held through ${control.address} ${seen}; ${resetCount} other connections were reset`,
          };
        },
      };
    },
  };
}

/** The kernel completes a connection before the link has accepted it: only an accepted one can be reset. */
async function accepted(control: LinkControl, port: number): Promise<void> {
  const isThere = () => control.connections().some((connection) => connection.clientPort === port);
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, SEEN_LIMIT_MS);
    const stop = control.onConnection((connection) => {
      if (connection.clientPort === port) done();
    });
  });
}
