import type { LinkConnection } from "../connection.ts";
import { type HeldProbe, holdProbe } from "../probe.ts";
import type { LinkControl, Toxic } from "../toxic.ts";
import { afterTime } from "./after_time.ts";
import { spentAfter } from "./spent_after.ts";

/** Parameters of {@linkcode reset}. */
export interface ResetOptions {
  /** Reset connections that are opened while the toxic is armed as well, at their first bytes. @default false */
  readonly ongoing?: boolean | undefined;
  /** How long a connection lives on: from arming, or from its own beginning. Not with `afterBytes`. @default 0 */
  readonly afterMs?: number | undefined;
  /** Bytes that pass downwards on each connection before. */
  readonly afterBytes?: number | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

/** How long the probe may take to see the RST; on loopback it takes well under a millisecond. */
const SEEN_LIMIT_MS = 1000;

/**
 * Sends a RST on both sides of open connections: at once, after a time, or after so many bytes. Witness: a connection
 * that the harness held through the link saw ECONNRESET, and others were reset with it.
 *
 * @throws {RangeError} When both `afterMs` and `afterBytes` are given.
 */
export function reset(options: ResetOptions = {}): Toxic {
  const { ongoing = false, afterMs = 0, afterBytes, share } = options;
  if (afterMs > 0 && afterBytes !== undefined) {
    throw new RangeError(
      `Cannot reset as only one of afterMs and afterBytes may be given: current values are ${afterMs} and ${afterBytes}`,
    );
  }
  const when = afterBytes !== undefined
    ? ` after ${afterBytes} bytes`
    : afterMs > 0
    ? ` after ${afterMs} ms`
    : "";
  return {
    kind: "reset",
    spec: { kind: "reset", ongoing, afterMs, afterBytes, share },
    detail: (ongoing ? "open and new connections reset" : "open connections reset") + when,
    share,
    async arm(control) {
      let probe: HeldProbe | undefined;
      const probeNow = async () => {
        probe = await holdProbe(control.address);
        if (probe !== undefined) await accepted(control, probe.port);
      };
      if (control.isAccepting()) await probeNow();
      let resetCount = 0;
      const isProbe = (connection: LinkConnection) => connection.clientPort === probe?.port;
      const tell = (connection: LinkConnection) => {
        if (isProbe(connection)) return;
        resetCount++;
        control.hit({ connection: connection.ordinal, detail: `reset by the link${when}` });
      };
      const strike = (connection: LinkConnection) => {
        tell(connection);
        connection.reset("reset by the link");
      };
      const strikeProbe = () => control.connections().filter(isProbe).forEach(strike);
      const stops: (() => void)[] = [];
      const old = new Set(control.connections().map(({ ordinal }) => ordinal));
      const isStruck = ({ ordinal }: LinkConnection) => ongoing || old.has(ordinal);
      if (afterBytes !== undefined) {
        const onSpent = () => void resetCount++;
        const given = {
          bytes: afterBytes,
          directions: "down",
          whenSpent: "reset",
          isStruck,
          onSpent,
        } as const;
        stops.push(control.shape(spentAfter(control, given)));
      } else if (afterMs > 0) {
        stops.push(afterTime(control, afterMs, (connection) => isStruck(connection) && strike(connection)));
      } else {
        for (const connection of control.connections()) {
          if (control.strikes(connection.ordinal)) strike(connection);
        }
        // A new connection is struck when the first bytes come: a RST any sooner meets a caller that has not yet
        // seen its connection accepted, and looks like a refusal.
        if (ongoing) {
          stops.push(control.shape({
            directions: "both",
            tellsHits: true,
            alter: (connection) => (strike(connection), new Uint8Array(0)),
          }));
        }
      }
      strikeProbe();
      return {
        heal() {
          for (const stop of stops) stop();
          probe?.close();
        },
        async witness() {
          if (probe === undefined && control.isAccepting()) {
            await probeNow();
            strikeProbe();
          }
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
