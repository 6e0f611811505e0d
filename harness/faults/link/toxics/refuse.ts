import { probeConnect } from "../probe.ts";
import type { Toxic } from "../toxic.ts";

/**
 * New connections are refused by the kernel: the port is closed, and opened again on healing. Open connections stay.
 * Witness: a connection attempt of the harness's own gets ECONNREFUSED.
 */
export function refuse(): Toxic {
  return {
    kind: "refuse",
    spec: { kind: "refuse" },
    detail: "new connections refused",
    async arm(control) {
      await control.closeListener();
      return {
        heal: () => control.openListener(),
        async witness() {
          const { outcome } = await probeConnect(control.address);
          return {
            witnessed: outcome === "ECONNREFUSED",
            detail: `a probe that connects to ${control.address} gets ${outcome}`,
          };
        },
      };
    },
  };
}
