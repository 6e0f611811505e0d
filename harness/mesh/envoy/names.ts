/** The names by which Envoy's resources refer to each other. */

/** The cluster of a service's instances; of a subset's when one is named. */
export function clusterName(service: string, subset = ""): string {
  return `outbound|${subset}|${service}`;
}

/** The cluster behind the mutual-TLS door of a service. */
export function inboundClusterName(service: string): string {
  return `inbound|${service}`;
}

/** The listener that callers of a service send to. */
export function outboundListenerName(service: string): string {
  return `outbound-${service}`;
}

/** The mutual-TLS door in front of the first instance of a service. */
export function inboundListenerName(service: string): string {
  return `inbound-${service}`;
}

/** The route configuration of a service's outbound listener. */
export function routeName(service: string): string {
  return `route-${service}`;
}

/** Clusters that the bootstrap holds. */
export const STATIC_CLUSTERS = { control: "xds_cluster", spans: "otlp_cluster" } as const;

/** Secrets of the inbound doors. */
export const SECRETS = { identity: "identity", bundle: "bundle" } as const;

/** Names of Envoy's filters; the rate limiter's is a key of per-route configuration as well. */
export const FILTERS = {
  rateLimit: "envoy.filters.http.local_ratelimit",
  router: "envoy.filters.http.router",
} as const;
