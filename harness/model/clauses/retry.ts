import { type Clause, core, extended } from "../clause.ts";

export const RETRY: readonly Clause[] = [
  core(
    "RTY-01",
    "At most {N} retries: success on attempt N+1 is seen by the caller, on N+2 is not; attempts are counted upstream.",
    "Istio VirtualService: HTTPRetry.attempts",
  ),
  core(
    "RTY-02",
    "Only the listed conditions are retried.",
    "Istio VirtualService: HTTPRetry.retryOn; Envoy: x-envoy-retry-grpc-on",
  ),
  core(
    "RTY-03",
    "Waits at least {base} before the first retry, then grows with jitter up to {max}.",
    "Istio VirtualService: HTTPRetry.backoff; Envoy: RetryBackOff; gRPC A6",
  ),
  core(
    "RTY-04",
    "The caller's deadline bounds the sum of all attempts; {perTryTimeout} bounds each.",
    "Istio VirtualService: HTTPRetry.perTryTimeout; gRPC A6: deadline",
  ),
  core(
    "RTY-05",
    "Nothing is replayed once response headers or a message have arrived; a call marked not idempotent is never replayed after it was sent.",
    "gRPC A6: committed calls",
  ),
  extended(
    "RTY-06",
    "A retry goes to another instance where there is one.",
    "Envoy: previous hosts retry predicate",
  ),
  core(
    "RTY-07",
    "Retry budget: with the upstream wholly down, attempts / calls <= {1 + budget} under sustained load.",
    "Istio DestinationRule: RetryBudget; Envoy: RetryBudget",
  ),
  extended(
    "RTY-08",
    "Attempt number told to the upstream is true.",
    "gRPC A6: grpc-previous-rpc-attempts; Envoy: x-envoy-attempt-count",
  ),
  extended(
    "RTY-09",
    "Server push-back (`grpc-retry-pushback-ms`) is obeyed, a negative value stops retries.",
    "gRPC A6: grpc-retry-pushback-ms",
  ),
  core(
    "RTY-10",
    "No retry while the breaker is open; a call with retries inside counts once for the breaker and once for the limiter.",
    "Nygard, Release It!: circuit breaker; Envoy: circuit breaking",
  ),
  extended(
    "RTY-11",
    "Hedging sends the second attempt only after {delay}, takes the first answer and cancels the other.",
    "gRPC A6: hedging policy",
  ),
];
