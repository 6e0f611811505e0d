/** Links and all that can be done to them. */
export { blackhole, type BlackholeOptions } from "./toxics/blackhole.ts";
export { cutAfter, type CutAfterOptions } from "./toxics/cut_after.ts";
export { http2Fault } from "./http2/http2_fault.ts";
export { latency, type LatencyOptions } from "./toxics/latency.ts";
export {
  type Link,
  type LinkBooks,
  type LinkOptions,
  type LocalLink,
  type NamedToxic,
  openLink,
} from "./link.ts";
export { refuse } from "./toxics/refuse.ts";
export { reset, type ResetOptions } from "./toxics/reset.ts";
export { sever } from "./toxics/sever.ts";
export { slice, type SliceOptions } from "./toxics/slice.ts";
export { bandwidth, type BandwidthOptions } from "./toxics/bandwidth.ts";
export { timeout, type TimeoutOptions } from "./toxics/timeout.ts";
export { slowClose, type SlowCloseOptions } from "./toxics/slow_close.ts";
export { halfClose, type HalfCloseOptions } from "./toxics/half_close.ts";
export { clog, type ClogOptions } from "./toxics/clog.ts";
export { corrupt, type CorruptOptions } from "./toxics/corrupt.ts";
export { tlsStall, type TlsStallOptions } from "./toxics/tls_stall.ts";
export { tlsCertificate, type TlsCertificateOptions } from "./toxics/tls_certificate.ts";
export { toxicOf } from "./toxic_of.ts";
export { type ToxicSpec, toxicSpecSchema } from "./toxic_spec.ts";
export type { Direction, Directions, Toxic } from "./toxic.ts";
