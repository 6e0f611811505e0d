import type { Destination, Policy } from "./policy.ts";
import { checkAnnotations, readBreaker } from "./policy_annotation.ts";
import type { DestinationRuleResource } from "./policy_schema.ts";
import type { PolicySource } from "./policy_source.ts";

type TrafficPolicy = NonNullable<DestinationRuleResource["spec"]["trafficPolicy"]>;

/** Defaults of Istio's `OutlierDetection`. */
const OUTLIER_DEFAULTS = {
  consecutive5xxErrors: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionPercent: 10,
} as const;

/** Defaults of Istio's `RetryBudget`. */
const BUDGET_DEFAULTS = { percent: 20, minRetryConcurrency: 3 } as const;

/**
 * A DestinationRule as a destination; what makes no sense is reported to `source`.
 *
 * @param mutualTls Decides `tls` where the rule is silent, as Istio's automatic mutual TLS does: on exactly when the
 * workloads demand it.
 */
export function normaliseDestinationRule(
  resource: DestinationRuleResource,
  mutualTls: Policy["mutualTls"],
  source: PolicySource,
): Destination {
  const { metadata, spec } = resource;
  const annotations = metadata.annotations ?? {};
  checkAnnotations("DestinationRule", annotations, source);
  const breaker = readBreaker(annotations, source);
  const { loadBalancer, connectionPool, outlierDetection, retryBudget, tls } = spec.trafficPolicy ?? {};
  // 0 is what Istio's API sends for "not set": no limit of our own.
  const maxRequests = connectionPool?.http?.http2MaxRequests || undefined;
  const outlier = outlierDetection === undefined ? undefined : normaliseOutlier(outlierDetection);
  return {
    name: metadata.name,
    service: spec.host,
    subsets: readSubsets(spec.subsets ?? [], source),
    loadBalancer: normaliseLoadBalancer(loadBalancer),
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(outlier === undefined ? {} : { outlier }),
    ...(retryBudget === undefined ? {} : {
      retryBudget: {
        percent: retryBudget.percent ?? BUDGET_DEFAULTS.percent,
        minRetryConcurrency: retryBudget.minRetryConcurrency ?? BUDGET_DEFAULTS.minRetryConcurrency,
      },
    }),
    ...(breaker === undefined ? {} : { breaker }),
    tls: tls?.mode ?? (mutualTls === "STRICT" ? "ISTIO_MUTUAL" : "DISABLE"),
  };
}

/** Istio's default is LEAST_REQUEST, and LEAST_CONN is its old name. */
function normaliseLoadBalancer(loadBalancer: TrafficPolicy["loadBalancer"]): Destination["loadBalancer"] {
  const simple = loadBalancer?.simple;
  return simple === "ROUND_ROBIN" || simple === "RANDOM" ? simple : "LEAST_REQUEST";
}

/** `undefined` when `consecutive5xxErrors: 0` turns ejection off. */
function normaliseOutlier(outlier: NonNullable<TrafficPolicy["outlierDetection"]>): Destination["outlier"] {
  const consecutiveErrors = outlier.consecutive5xxErrors ?? OUTLIER_DEFAULTS.consecutive5xxErrors;
  if (consecutiveErrors === 0) return undefined;
  return {
    consecutiveErrors,
    baseEjectionMs: outlier.baseEjectionTime ?? OUTLIER_DEFAULTS.baseEjectionMs,
    maxEjectionPercent: outlier.maxEjectionPercent ?? OUTLIER_DEFAULTS.maxEjectionPercent,
    intervalMs: outlier.interval ?? OUTLIER_DEFAULTS.intervalMs,
  };
}

function readSubsets(
  subsets: NonNullable<DestinationRuleResource["spec"]["subsets"]>,
  source: PolicySource,
): Destination["subsets"] {
  const byName = new Map<string, Readonly<Record<string, string>>>();
  for (const [index, { name, labels }] of subsets.entries()) {
    if (byName.has(name)) {
      source.report(["spec", "subsets", index, "name"], "a name that no other subset has");
    }
    byName.set(name, labels);
  }
  return Object.fromEntries(byName);
}
