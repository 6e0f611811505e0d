import { type Clause, core, extended, WITHOUT_MESH } from "../clause.ts";

export const OBSERVABILITY: readonly Clause[] = [
  core(
    "OBS-01",
    "One trace id over all hops; every server span is the child of its caller's client span; no orphans.",
    "W3C Trace Context; OpenTelemetry: RPC spans",
    WITHOUT_MESH,
  ),
  core(
    "OBS-02",
    "Tracestate and baggage arrive unchanged.",
    "W3C Trace Context: tracestate; W3C Baggage",
    WITHOUT_MESH,
  ),
  core(
    "OBS-03",
    "A malformed traceparent starts a new trace and the request is served.",
    "W3C Trace Context: processing model",
    WITHOUT_MESH,
  ),
  core(
    "OBS-04",
    "Each attempt of a retried call has its own span under the call's span.",
    "OpenTelemetry semantic conventions: HTTP resends",
  ),
  core(
    "OBS-05",
    "Continuity holds under faults: reset, timeout, breaker open, cancelled each end one span with an error status.",
    "OpenTelemetry: span status; semantic conventions for RPC",
    WITHOUT_MESH,
  ),
  core(
    "OBS-06",
    "Every span that starts ends once; children lie within their parents (clock tolerance {e}).",
    "OpenTelemetry: span end",
    WITHOUT_MESH,
  ),
  core(
    "OBS-07",
    "One structured log line a request, valid JSON (or logfmt), with trace_id, span_id, service_name, level, code, duration, upstream.",
    "OpenTelemetry: log correlation; Envoy: access log",
  ),
  core(
    "OBS-08",
    "Request counters equal the requests that both ends saw, by code, exactly, also across retries and resets.",
    "Istio: requests_total; Prometheus: counters",
    WITHOUT_MESH,
  ),
  core(
    "OBS-09",
    "The duration histogram's quantiles contain the true ones.",
    "Prometheus: histograms",
    WITHOUT_MESH,
  ),
  core(
    "OBS-10",
    "Health: not ready before dependencies are, not ready while draining, alive throughout.",
    "gRPC: health checking protocol; Kubernetes: probes",
    WITHOUT_MESH,
  ),
  core(
    "OBS-11",
    "Telemetry back end down or slow: data path unaffected, memory bounded, delivery resumes.",
    "OpenTelemetry: batching processor, performance and blocking",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-12",
    "Alert on {3} % 5xx for {w}: fires above, silent below, resolves (judged by a real Prometheus).",
    "Prometheus: alerting rules",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-13",
    "Head sampling at {p} within bound and decided once per trace; the sampled flag is obeyed downstream.",
    "OpenTelemetry: TraceIdRatioBased sampler; W3C Trace Context: sampled flag",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-14",
    "Tail sampling keeps every trace with an error or slower than {5 s}, and {0.1} % of the rest; share stored is reported.",
    "OpenTelemetry Collector: tail sampling processor",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-15",
    "Telemetry of one tenant never appears in another's back end.",
    "OpenTelemetry Collector: routing connector",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-16",
    "A security event becomes a `security_alert` span with rule, container and host; more than {5} a minute escalates once.",
    "Falco: alerts; OpenTelemetry: spans",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-17",
    "TCP figures from the kernel (connect time, retransmits, TLS handshake time) agree with the injected fault.",
    "Linux: tcp_info, kprobes",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-18",
    "The p95 request size per workload equals the size sent, within its bucket.",
    "Istio: request_bytes; Prometheus: histograms",
    WITHOUT_MESH,
  ),
  extended(
    "OBS-19",
    "One synthetic request leaves its trace, its log line and its metric in the real back ends within {T}; a missing one of the three is named.",
    "Grafana: synthetic monitoring",
    WITHOUT_MESH,
  ),
];
