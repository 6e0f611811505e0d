import { type Clause, core, extended } from "../clause.ts";

export const INTERCEPTION: readonly Clause[] = [
  core(
    "SID-01",
    "A client that knows nothing of the mesh is intercepted (redirect to the proxy), original destination kept.",
    "Istio: traffic capture; Linux: SO_ORIGINAL_DST",
  ),
  core("SID-02", "The proxy's own traffic (uid 1337) is not redirected: no loop.", "Istio: proxy uid 1337"),
  extended(
    "SID-03",
    "Excluded ports and addresses bypass.",
    "Istio: excludeOutboundPorts, excludeOutboundIPRanges",
  ),
  core(
    "SID-04",
    "Proxy dead: traffic fails closed, it does not leak out in plaintext.",
    "Istio: traffic capture",
  ),
];
