import { refuse } from "./refuse.ts";
import { reset } from "./reset.ts";
import type { Toxic } from "../toxic.ts";

/**
 * The far side is gone: open connections are reset and new ones refused. Witness: a probe gets ECONNREFUSED, and,
 * where there were connections to reset, one held through the link saw ECONNRESET.
 */
export function sever(): Toxic {
  return {
    kind: "sever",
    spec: { kind: "sever" },
    detail: "open connections reset, new ones refused",
    async arm(control) {
      const hadConnections = control.connections().length > 0;
      const struck = await reset().arm(control);
      const closed = await refuse().arm(control);
      // Whoever connected between the two would otherwise keep a working connection.
      for (const connection of control.connections()) connection.reset("reset by the link");
      return {
        async heal() {
          await struck.heal();
          await closed.heal();
        },
        async witness() {
          const [refused, broken] = [await closed.witness(), await struck.witness()];
          return {
            witnessed: refused.witnessed && (broken.witnessed || !hadConnections),
            detail: `${refused.detail}; ${broken.detail}`,
          };
        },
      };
    },
  };
}
