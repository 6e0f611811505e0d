import { type Place, readyPort } from "../place.ts";
import { driverServer } from "../programs.ts";
import { type FaultProxy, startLink, type StartProxy, startToxiproxy } from "../proxies.ts";
import type { Effort } from "../effort.ts";
import type { Contender, Figures } from "../row.ts";

/** A fault proxy before a far end, for one measurement. */
export interface Passage {
  readonly proxy: FaultProxy;
  /** Of the proxy. */
  readonly port: number;
  /** Of the far end itself. */
  readonly directPort: number;
}

export const LINK = "meshproof link";
export const TOXIPROXY = "Toxiproxy";

/** Ours and Toxiproxy, each started for every measurement before a far end of its own. */
export function proxyContenders(
  kind: "sink" | "echo",
  measure: (passage: Passage, place: Place, effort: Effort) => Promise<Figures>,
): Contender[] {
  const contender = (name: string, start: StartProxy, tool?: string): Contender => ({
    name,
    ...tool === undefined ? {} : { tool },
    measure: async (place, effort) => {
      await using far = await place.serve(await driverServer(place, kind), readyPort);
      await using proxy = await start(place);
      const port = await proxy.proxyTo(far.port);
      return await measure({ proxy, port, directPort: far.port }, place, effort);
    },
  });
  return [contender(LINK, startLink), contender(TOXIPROXY, startToxiproxy, "toxiproxy-server")];
}
