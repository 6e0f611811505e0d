/**
 * The policy under test: Istio's own resources, read from YAML (see `policy_file.ts`), normalised to what the
 * adapters translate. Numbers are milliseconds, percentages 0 to 100.
 */
export interface Policy {
  /** Services that a VirtualService routes; a service without one goes to all its instances. */
  readonly routes: readonly VirtualHost[];
  /** One for each DestinationRule. */
  readonly destinations: readonly Destination[];
  /** STRICT when a PeerAuthentication demands mutual TLS. */
  readonly mutualTls: "STRICT" | "PERMISSIVE" | "DISABLE";
  /** Where the policy was read from, for messages. */
  readonly file: string;
}

export type StringMatch =
  | { readonly kind: "exact"; readonly value: string }
  | { readonly kind: "prefix"; readonly value: string }
  | { readonly kind: "regex"; readonly value: string }
  | { readonly kind: "present" };

/** A VirtualService for one host. */
export interface VirtualHost {
  /** The resource's own name (`metadata.name`). */
  readonly name: string;
  /** The service that it routes. */
  readonly service: string;
  /** In order; the first that matches wins. */
  readonly rules: readonly Rule[];
  /** Token bucket in front of the service; from annotations `limit.meshproof.dev/*`. */
  readonly rateLimit?: { readonly burst: number; readonly perSecond: number };
}

export interface Rule {
  readonly name: string;
  /** Any of these; empty means every request. */
  readonly matches: readonly Match[];
  /** Weights as written: shares of their sum, which is above 0 and need not be 100; 0 receives nothing. An only target without a weight gets 100. */
  readonly targets: readonly { readonly service: string; readonly subset: string; readonly weight: number }[];
  readonly timeoutMs?: number;
  readonly retries?: Retries;
}

/** All of its parts must hold. */
export interface Match {
  readonly headers: Readonly<Record<string, StringMatch>>;
  readonly path?: StringMatch;
}

export interface Retries {
  /** Retries beside the first attempt, as Istio counts them. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** Conditions as in Envoy's `x-envoy-retry-grpc-on`: `unavailable`, `resource-exhausted`, `cancelled`, `deadline-exceeded`, `internal`; and `connect-failure`, `reset`, `refused-stream`. */
  readonly retryOn: readonly string[];
  /** Base of the back-off; Istio's default is 25. */
  readonly backoffMs: number;
}

/** A DestinationRule for one service. */
export interface Destination {
  readonly name: string;
  readonly service: string;
  /** Subset name to the labels that an instance must carry. */
  readonly subsets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly loadBalancer: "ROUND_ROBIN" | "LEAST_REQUEST" | "RANDOM";
  /** `connectionPool.http.http2MaxRequests`: most requests in flight. */
  readonly maxRequests?: number;
  readonly outlier?: {
    readonly consecutiveErrors: number;
    readonly baseEjectionMs: number;
    readonly maxEjectionPercent: number;
    readonly intervalMs: number;
  };
  /** `trafficPolicy.retryBudget`. */
  readonly retryBudget?: { readonly percent: number; readonly minRetryConcurrency: number };
  /** Error-rate breaker; from annotations `breaker.meshproof.dev/*`, which Istio does not know. */
  readonly breaker?: {
    /** Opens when more than this share of the calls in the window failed. */
    readonly failurePercent: number;
    /** Never judged below this many calls. */
    readonly minimumCalls: number;
    readonly windowMs: number;
    readonly coolDownMs: number;
    readonly probes: number;
  };
  readonly tls: "ISTIO_MUTUAL" | "DISABLE";
}
