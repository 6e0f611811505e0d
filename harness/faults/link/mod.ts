/** Links and all that can be done to them. */
export { blackhole } from "./blackhole.ts";
export { cutAfter, type CutAfterOptions } from "./cut_after.ts";
export { latency, type LatencyOptions } from "./latency.ts";
export { type Link, type LinkBooks, type LinkOptions, type LocalLink, openLink } from "./link.ts";
export { refuse } from "./refuse.ts";
export { reset, type ResetOptions } from "./reset.ts";
export { sever } from "./sever.ts";
export { slice } from "./slice.ts";
export { toxicOf } from "./toxic_of.ts";
export { type ToxicSpec, toxicSpecSchema } from "./toxic_spec.ts";
export type { Direction, Directions, Toxic } from "./toxic.ts";
