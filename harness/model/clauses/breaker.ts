import { type Clause, core } from "../clause.ts";

export const BREAKER: readonly Clause[] = [
  core(
    "BRK-01",
    "Opens above {50} % failures over at least {n} calls; not at exactly {50} %, not below {n}.",
    "Nygard, Release It!: circuit breaker; resilience4j: failureRateThreshold",
  ),
  core(
    "BRK-02",
    "Open: calls fail fast (< {5} ms) and none reaches the upstream.",
    "Nygard, Release It!: circuit breaker, open",
  ),
  core(
    "BRK-03",
    "After {cool-down}: exactly {k} probes go through while the rest still fail fast.",
    "resilience4j: permittedNumberOfCallsInHalfOpenState",
  ),
  core(
    "BRK-04",
    "Probe succeeds: closed, all traffic flows, counters start afresh.",
    "Nygard, Release It!: circuit breaker, half-open to closed",
  ),
  core(
    "BRK-05",
    "Probe fails: open again for a full cool-down.",
    "Nygard, Release It!: circuit breaker, half-open to open",
  ),
  core(
    "BRK-06",
    "One upstream's breaker does not touch another's.",
    "Envoy: circuit breaking is per cluster",
  ),
  core(
    "BRK-07",
    "Caller errors (INVALID_ARGUMENT, NOT_FOUND ...) do not count.",
    "gRPC: status codes and their use",
  ),
  core("BRK-08", "Timeouts and resets do count.", "Envoy: outlier detection, locally originated failures"),
  core(
    "BRK-09",
    "At most {N} requests in flight: N pass, the next is refused at once and reported as overflow.",
    "Istio DestinationRule: http2MaxRequests; Envoy: max_requests",
  ),
  core(
    "BRK-10",
    "Overflow is not an upstream failure: it neither ejects a host nor opens a breaker.",
    "Envoy: circuit breaking, overflow (response flag UO)",
  ),
  core(
    "BRK-11",
    "Outlier: exactly {n} consecutive errors eject a host; n-1 and a success do not.",
    "Istio DestinationRule: OutlierDetection.consecutive5xxErrors",
  ),
  core(
    "BRK-12",
    "An ejected host gets nothing for {base} and returns afterwards; each further ejection lasts longer.",
    "Istio DestinationRule: OutlierDetection.baseEjectionTime; Envoy: ejection algorithm",
  ),
  core(
    "BRK-13",
    "Never more than {max} % of hosts ejected; below the panic threshold traffic spreads over all.",
    "Istio DestinationRule: maxEjectionPercent, minHealthPercent; Envoy: panic threshold",
  ),
];
