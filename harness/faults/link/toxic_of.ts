import { blackhole } from "./blackhole.ts";
import { cutAfter } from "./cut_after.ts";
import { latency } from "./latency.ts";
import { refuse } from "./refuse.ts";
import { reset } from "./reset.ts";
import { sever } from "./sever.ts";
import { slice } from "./slice.ts";
import type { Toxic } from "./toxic.ts";
import type { ToxicSpec } from "./toxic_spec.ts";

/** The toxic that a specification describes; the inverse of `toxic.spec`. */
export function toxicOf(spec: ToxicSpec): Toxic {
  switch (spec.kind) {
    case "latency":
      return latency(spec);
    case "blackhole":
      return blackhole(spec.directions);
    case "refuse":
      return refuse();
    case "reset":
      return reset(spec);
    case "sever":
      return sever();
    case "cut_after":
      return cutAfter(spec);
    case "slice":
      return slice(spec.maxBytes);
  }
}
