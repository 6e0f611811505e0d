import type { Pod } from "../../../model/process.ts";

/** A pod as data: a name and an address. */
export function plainPod(name: string, host: string): Pod {
  return { name, host, bind: "0.0.0.0", freePorts: () => [] };
}
