import { type Clause, core, extended } from "../clause.ts";

export const CONFIGURATION: readonly Clause[] = [
  core(
    "CFG-01",
    "A push takes effect on new requests within {T}; the time is reported.",
    "Envoy xDS protocol: ACK",
  ),
  core(
    "CFG-02",
    "A route or endpoint change under steady load loses no request.",
    "Envoy xDS protocol: eventual consistency considerations",
  ),
  core(
    "CFG-03",
    "An invalid resource is refused with an error that names it; the last good configuration goes on serving.",
    "Envoy xDS protocol: NACK",
  ),
  core(
    "CFG-04",
    "ACK repeats version and nonce; a stale nonce changes nothing; a NACK carries the last good version.",
    "Envoy xDS protocol: ACK/NACK and versioning",
  ),
  core(
    "CFG-05",
    "Control plane gone: the data plane serves its last configuration for as long as it is gone.",
    "Envoy xDS protocol: loss of the management server",
  ),
  core(
    "CFG-06",
    "Control plane back: converges within {T}; nothing flaps on the way.",
    "Envoy xDS protocol: reconnection",
  ),
  extended(
    "CFG-07",
    "Incremental (delta) push carries only what changed; removals take effect.",
    "Envoy xDS protocol: incremental xDS",
  ),
  core(
    "CFG-08",
    "A new cluster takes traffic only once its endpoints are known (make before break).",
    "Envoy xDS protocol: make before break",
  ),
  core(
    "CFG-09",
    "An endpoint that is removed drains: its in-flight calls and streams end well, and it gets no new ones.",
    "Envoy: draining; EDS removal",
  ),
  extended(
    "CFG-10",
    "A split-brain control plane (old and new version answering in turn) settles on one version and reports it.",
    "Envoy xDS protocol: resource version",
  ),
];
