import { z } from "zod";
import {
  duration,
  istioObject,
  label,
  leaf,
  list,
  oneOf,
  percent,
  serviceHost,
  text,
  wholeNumber,
} from "./policy_field.ts";

/**
 * Istio's resources as strict schemas. Names, meanings and defaults are those of Istio's API
 * (istio.io/latest/docs/reference/config/networking/virtual-service, .../destination-rule and
 * .../security/peer_authentication); each object names the fields of Istio's that are not supported yet.
 */

/** Header names are tokens (RFC 9110, section 5.6.2). */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "a header name" });

const stringMatch = istioObject({
  exact: text("the text to equal").optional(),
  prefix: text("the text to begin with").optional(),
  // Whether the expression is valid RE2 is for the data plane to say: a scenario needs a bad one to reach it.
  regex: text("an RE2 regular expression").optional(),
});
export type StringMatchResource = z.infer<typeof stringMatch>;

const match = istioObject({
  name: text("a name").optional(),
  headers: z.record(headerName, stringMatch, { error: "a mapping from header name to match" }).optional(),
  uri: stringMatch.optional(),
}, [
  "method",
  "scheme",
  "authority",
  "port",
  "sourceLabels",
  "gateways",
  "queryParams",
  "ignoreUriCase",
  "withoutHeaders",
  "sourceNamespace",
  "statPrefix",
]);

const routeDestination = istioObject({
  destination: istioObject({ host: serviceHost, subset: label("the name of a subset").optional() }, ["port"]),
  weight: wholeNumber(0, 2 ** 31 - 1).optional(),
}, ["headers"]);

/** Conditions of Envoy's `x-envoy-retry-on` and `x-envoy-retry-grpc-on` that the adapters translate. */
export const RETRY_CONDITIONS = [
  "cancelled",
  "connect-failure",
  "deadline-exceeded",
  "internal",
  "refused-stream",
  "reset",
  "resource-exhausted",
  "unavailable",
] as const;

/** Conditions that Istio accepts beside those. */
export const RETRY_CONDITIONS_NOT_YET = [
  "5xx",
  "envoy-ratelimited",
  "gateway-error",
  "http3-post-connect-failure",
  "reset-before-request",
  "retriable-4xx",
  "retriable-headers",
  "retriable-status-codes",
] as const;

const retries = istioObject({
  attempts: wholeNumber(0, 1_000).optional(),
  perTryTimeout: duration.optional(),
  retryOn: text("a comma-separated list of retry conditions").optional(),
  backoff: duration.optional(),
}, ["retryRemoteLocalities", "retryIgnorePreviousHosts"]);

const httpRoute = istioObject({
  name: text("a name").optional(),
  match: list(match, "matches").optional(),
  route: list(routeDestination, "destinations"),
  timeout: duration.optional(),
  retries: retries.optional(),
}, [
  "redirect",
  "directResponse",
  "delegate",
  "rewrite",
  "fault",
  "mirror",
  "mirrors",
  "mirrorPercent",
  "mirrorPercentage",
  "mirror_percent",
  "corsPolicy",
  "headers",
]);

/** Annotations are strings in Kubernetes; YAML's bare `10` is taken for `"10"`. */
const annotations = z.record(
  z.string(),
  leaf("a string", (value) => {
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  }),
  { error: "a mapping from annotation to string" },
);

// What a cluster adds to a resource that is read back from it says nothing about traffic.
const ignored = z.unknown().optional();
const metadata = istioObject({
  name: text("a name"),
  namespace: text("a namespace").optional(),
  annotations: annotations.optional(),
  labels: ignored,
  creationTimestamp: ignored,
  generation: ignored,
  managedFields: ignored,
  resourceVersion: ignored,
  uid: ignored,
});

const NETWORKING = [
  "networking.istio.io/v1",
  "networking.istio.io/v1beta1",
  "networking.istio.io/v1alpha3",
] as const;
const SECURITY = ["security.istio.io/v1", "security.istio.io/v1beta1"] as const;

export const virtualService = istioObject({
  apiVersion: oneOf(NETWORKING),
  kind: z.literal("VirtualService"),
  metadata,
  spec: istioObject({
    hosts: list(serviceHost, "hosts"),
    gateways: z.array(oneOf(["mesh"]), { error: "a list of gateways" }).optional(),
    http: list(httpRoute, "routes"),
  }, ["tls", "tcp", "exportTo"]),
  status: ignored,
});
export type VirtualServiceResource = z.infer<typeof virtualService>;

const outlierDetection = istioObject({
  consecutive5xxErrors: wholeNumber(0, 2 ** 32 - 1).optional(),
  interval: duration.optional(),
  baseEjectionTime: duration.optional(),
  maxEjectionPercent: wholeNumber(0, 100).optional(),
}, [
  "consecutiveErrors",
  "consecutiveGatewayErrors",
  "consecutiveLocalOriginFailures",
  "splitExternalLocalOriginErrors",
  "minHealthPercent",
]);

const trafficPolicy = istioObject({
  loadBalancer: istioObject({
    simple: oneOf(["ROUND_ROBIN", "LEAST_REQUEST", "LEAST_CONN", "RANDOM", "UNSPECIFIED"], ["PASSTHROUGH"])
      .optional(),
  }, ["consistentHash", "localityLbSetting", "warmup", "warmupDurationSecs"]).optional(),
  connectionPool: istioObject({
    http: istioObject({ http2MaxRequests: wholeNumber(0, 2 ** 31 - 1).optional() }, [
      "http1MaxPendingRequests",
      "maxRequestsPerConnection",
      "maxRetries",
      "idleTimeout",
      "h2UpgradePolicy",
      "useClientProtocol",
      "maxConcurrentStreams",
    ]).optional(),
  }, ["tcp"]).optional(),
  outlierDetection: outlierDetection.optional(),
  retryBudget: istioObject({
    percent: percent.optional(),
    minRetryConcurrency: wholeNumber(0, 2 ** 32 - 1).optional(),
  }, ["budgetInterval"]).optional(),
  tls: istioObject({ mode: oneOf(["DISABLE", "ISTIO_MUTUAL"], ["SIMPLE", "MUTUAL"]) }, [
    "clientCertificate",
    "privateKey",
    "caCertificates",
    "credentialName",
    "subjectAltNames",
    "sni",
    "insecureSkipVerify",
    "caCrl",
  ]).optional(),
}, ["portLevelSettings", "tunnel", "proxyProtocol"]);

export const destinationRule = istioObject({
  apiVersion: oneOf(NETWORKING),
  kind: z.literal("DestinationRule"),
  metadata,
  spec: istioObject({
    host: serviceHost,
    trafficPolicy: trafficPolicy.optional(),
    subsets: z.array(
      istioObject({
        name: label("the name of a subset"),
        labels: z.record(z.string(), text("a label's value"), { error: "a mapping from label to value" }),
      }, ["trafficPolicy"]),
      { error: "a list of subsets" },
    ).optional(),
  }, ["exportTo", "workloadSelector"]),
  status: ignored,
});
export type DestinationRuleResource = z.infer<typeof destinationRule>;

export const peerAuthentication = istioObject({
  apiVersion: oneOf(SECURITY),
  kind: z.literal("PeerAuthentication"),
  metadata,
  spec: istioObject({
    mtls: istioObject({ mode: oneOf(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]).optional() }).optional(),
  }, ["selector", "portLevelMtls"]),
  status: ignored,
});
export type PeerAuthenticationResource = z.infer<typeof peerAuthentication>;

/** Kinds of resource that can be read. */
export const SCHEMAS = {
  VirtualService: virtualService,
  DestinationRule: destinationRule,
  PeerAuthentication: peerAuthentication,
} as const;

/** Istio's other kinds. */
export const KINDS_NOT_YET = [
  "AuthorizationPolicy",
  "EnvoyFilter",
  "Gateway",
  "ProxyConfig",
  "RequestAuthentication",
  "ServiceEntry",
  "Sidecar",
  "Telemetry",
  "WasmPlugin",
  "WorkloadEntry",
  "WorkloadGroup",
] as const;
