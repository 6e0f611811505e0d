import type { Toxic } from "../toxic.ts";

/** Parameters of {@linkcode endConnections}. */
export interface EndConnectionsOptions {
  /** What the connections are told to have ended for. */
  readonly cause: string;
  /** Whether the port is closed as well. */
  readonly closesPort: boolean;
  /** Share of connections: those that a toxic of this share and of the same name strikes. @default 1 */
  readonly share?: number;
}

/**
 * Ends connections in order (FIN), where the link by itself would reset or keep them, and a client of Toxiproxy sees
 * them end. It is done once armed. Witness: none of them is left.
 */
export function endConnections({ cause, closesPort, share = 1 }: EndConnectionsOptions): Toxic {
  return {
    kind: "refuse",
    spec: { kind: "refuse" },
    detail: `connections ended: ${cause}`,
    share,
    async arm(control) {
      if (closesPort) await control.closeListener();
      const struck = () => control.connections().filter(({ ordinal }) => control.strikes(ordinal));
      for (const connection of struck()) connection.close(cause);
      return {
        // Nothing to undo: a port is closed for good, and must not be open once more before its link is closed.
        heal() {},
        witness: () => ({
          witnessed: struck().length === 0,
          detail: `${struck().length} connections are left`,
        }),
      };
    },
  };
}
