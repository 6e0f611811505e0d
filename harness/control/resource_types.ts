/** Type URLs of Envoy's discovery services, and what the control plane must know about their order. */
const PREFIX = "type.googleapis.com/";

/** The type URLs of Envoy's xDS v3 resources. */
export const TYPE_URLS = {
  cluster: `${PREFIX}envoy.config.cluster.v3.Cluster`,
  endpoint: `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`,
  listener: `${PREFIX}envoy.config.listener.v3.Listener`,
  route: `${PREFIX}envoy.config.route.v3.RouteConfiguration`,
  secret: `${PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`,
} as const;

/**
 * Make before break: what is referred to is sent, and answered, before what refers to it.
 *
 * @see The xDS protocol, "Eventual consistency considerations"
 */
export const PUSH_ORDER: readonly string[] = [
  TYPE_URLS.cluster,
  TYPE_URLS.endpoint,
  TYPE_URLS.listener,
  TYPE_URLS.route,
  TYPE_URLS.secret,
];

/**
 * Types whose last response must have been answered before a type is sent. Endpoints and secrets wait for nothing:
 * Envoy acknowledges clusters only after it has the endpoints of the new ones.
 */
export const WAITS_FOR: Readonly<Record<string, readonly string[]>> = {
  [TYPE_URLS.listener]: [TYPE_URLS.cluster, TYPE_URLS.endpoint],
  [TYPE_URLS.route]: [TYPE_URLS.cluster, TYPE_URLS.endpoint, TYPE_URLS.listener],
};

/**
 * A response of the key calls for one of the value, changed or not: Envoy builds an updated cluster anew and holds
 * it back until it is given endpoints again.
 *
 * @see The xDS protocol, "Resource warming"
 */
export const SENT_AGAIN_AFTER: Readonly<Record<string, string>> = {
  [TYPE_URLS.cluster]: TYPE_URLS.endpoint,
};

/** Types of which an empty list of names asks for nothing; of all others it asks for everything. */
export const NAMED_TYPES: ReadonlySet<string> = new Set([
  TYPE_URLS.endpoint,
  TYPE_URLS.route,
  TYPE_URLS.secret,
]);

/**
 * While a data plane refuses the current content of the value, the key is held back: routes that name clusters
 * that were refused would break what the last good configuration still serves.
 */
export const HELD_BACK_BY: Readonly<Record<string, string>> = {
  [TYPE_URLS.listener]: TYPE_URLS.cluster,
  [TYPE_URLS.route]: TYPE_URLS.cluster,
};
