import { type Clause, core, extended, WITHOUT_MESH } from "../clause.ts";

export const ROUTING: readonly Clause[] = [
  core(
    "RTE-01",
    "A request with header `x-deployment: canary` reaches only the canary subset, every other request never does.",
    "Istio VirtualService: HTTPMatchRequest.headers",
  ),
  extended(
    "RTE-02",
    "Exact, prefix, regex, present and inverted header matches each select exactly their set.",
    "Istio VirtualService: StringMatch, withoutHeaders; Gateway API: GRPCHeaderMatch",
  ),
  core(
    "RTE-03",
    "A rule for `/pkg.Service/Method` binds that method alone.",
    "Gateway API: GRPCMethodMatch; gRPC over HTTP/2: Path",
  ),
  core(
    "RTE-04",
    "Rules are tried in order and the first that matches wins.",
    'Istio VirtualService: "the first rule matching an incoming request is used"',
  ),
  core(
    "RTE-05",
    "Weights {90/10}, {70/30} hold within the binomial bound.",
    "Istio VirtualService: HTTPRouteDestination.weight",
  ),
  core(
    "RTE-06",
    "Weight 0 receives nothing, not even the first request after a push.",
    "Istio VirtualService: HTTPRouteDestination.weight",
  ),
  core(
    "RTE-07",
    "No rule matches and no default: the call fails at once with a clear status, it never hangs.",
    "Envoy: route not found (response flag NR); gRPC A28",
  ),
  extended(
    "RTE-08",
    "Request headers are set, added and removed as the policy says, as the upstream sees them; response headers likewise, as the client sees them.",
    "Istio VirtualService: Headers.HeaderOperations",
  ),
  extended("RTE-09", "Authority and path rewrites arrive rewritten.", "Istio VirtualService: HTTPRewrite"),
  extended(
    "RTE-10",
    "Mirror: {p} % of requests are copied; a slow, failing or dead mirror never changes the primary's status or latency.",
    "Istio VirtualService: HTTPMirrorPolicy; Envoy: request mirror policies",
  ),
  core(
    "RTE-11",
    "Load balancing: round robin is even within bound; least-request avoids a slow instance; consistent hash keeps a key on one instance and, when one of n leaves, moves only its keys.",
    "Istio DestinationRule: LoadBalancerSettings; Envoy: ring hash",
  ),
  extended(
    "RTE-12",
    "Locality: traffic stays in the local locality while it is healthy, fails over when it is not, and comes back.",
    "Istio DestinationRule: LocalityLoadBalancerSetting",
  ),
  core(
    "RTE-13",
    "A stream stays on the instance that it started on for its whole life.",
    "gRPC over HTTP/2: a call is one HTTP/2 stream",
    WITHOUT_MESH,
  ),
  core(
    "RTE-14",
    "A subset with no live instance fails fast with UNAVAILABLE and does not spill into another subset.",
    "Istio DestinationRule: Subset; Envoy: NO_FALLBACK",
  ),
];
