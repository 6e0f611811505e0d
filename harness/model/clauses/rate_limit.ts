import { type Clause, core, extended } from "../clause.ts";

export const RATE_LIMIT: readonly Clause[] = [
  core(
    "LIM-01",
    "Token bucket: burst {B} passes at once, then {R}/s within 2 % over 10 s.",
    "Envoy: local rate limit, TokenBucket",
  ),
  core(
    "LIM-02",
    "Over the limit: RESOURCE_EXHAUSTED (HTTP 429), fast, never reaches the upstream.",
    "Envoy: local rate limit; RFC 6585, section 4; gRPC: status codes",
  ),
  extended(
    "LIM-03",
    "Limits are separate per route and per caller as configured.",
    "Envoy: local rate limit, descriptors",
  ),
];
