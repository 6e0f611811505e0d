import { http2Fault } from "./http2/http2_fault.ts";
import type { Toxic } from "./toxic.ts";
import type { ToxicSpec } from "./toxic_spec.ts";
import { blackhole } from "./toxics/blackhole.ts";
import { cutAfter } from "./toxics/cut_after.ts";
import { latency } from "./toxics/latency.ts";
import { refuse } from "./toxics/refuse.ts";
import { reset } from "./toxics/reset.ts";
import { sever } from "./toxics/sever.ts";
import { slice } from "./toxics/slice.ts";
import { bandwidth } from "./toxics/bandwidth.ts";
import { timeout } from "./toxics/timeout.ts";
import { slowClose } from "./toxics/slow_close.ts";
import { halfClose } from "./toxics/half_close.ts";
import { clog } from "./toxics/clog.ts";
import { corrupt } from "./toxics/corrupt.ts";
import { tlsStall } from "./toxics/tls_stall.ts";
import { tlsCertificate } from "./toxics/tls_certificate.ts";

/** The toxic that a specification describes; the inverse of `toxic.spec`. */
export function toxicOf(spec: ToxicSpec): Toxic {
  switch (spec.kind) {
    case "latency":
      return latency(spec);
    case "blackhole":
      return blackhole(spec);
    case "refuse":
      return refuse();
    case "reset":
      return reset(spec);
    case "http2":
      return http2Fault(spec.rules);
    case "sever":
      return sever();
    case "cut_after":
      return cutAfter(spec);
    case "slice":
      return slice(spec);
    case "bandwidth":
      return bandwidth(spec);
    case "timeout":
      return timeout(spec);
    case "slow_close":
      return slowClose(spec);
    case "half_close":
      return halfClose(spec);
    case "clog":
      return clog(spec);
    case "corrupt":
      return corrupt(spec);
    case "tls_stall":
      return tlsStall(spec);
    case "tls_certificate":
      return tlsCertificate(spec);
  }
}
