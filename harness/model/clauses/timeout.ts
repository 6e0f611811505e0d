import { type Clause, core, WITHOUT_MESH } from "../clause.ts";

export const TIMEOUT: readonly Clause[] = [
  core(
    "TMO-01",
    "Route timeout {t}: t - margin succeeds, t + margin gives DEADLINE_EXCEEDED on time.",
    "Istio VirtualService: HTTPRoute.timeout",
  ),
  core(
    "TMO-02",
    "The shorter of caller's deadline and route timeout wins; the deadline seen downstream is never longer than what is left.",
    "gRPC over HTTP/2: grpc-timeout; gRPC: deadlines",
  ),
  core(
    "TMO-03",
    "The caller cancels: the upstream sees it within {T}.",
    "gRPC: cancellation; RFC 9113, section 8.1: RST_STREAM with CANCEL",
    WITHOUT_MESH,
  ),
  core(
    "TMO-04",
    "A stream older than the request timeout lives on while messages flow; an idle one ends after {idle}.",
    "Envoy: idle_timeout, grpc_timeout_header_max",
  ),
];
