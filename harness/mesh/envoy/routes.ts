import { anyOf, duration, type Message, resourceOf, wrapped } from "../../control/envoy_codec.ts";
import { TYPE_URLS } from "../../control/resource_types.ts";
import type { Resource } from "../../control/snapshot.ts";
import type { Match, Policy, Retries, Rule, StringMatch, VirtualHost } from "../../model/policy.ts";
import { clusterName, FILTERS, routeName } from "./names.ts";

/** Longest back-off in multiples of the shortest, as Envoy's default has it. */
const BACKOFF_GROWTH = 10;

function headerMatcher(name: string, match: StringMatch): Message {
  // Envoy holds header names in lower case.
  const lowerName = name.toLowerCase();
  switch (match.kind) {
    case "present":
      return { name: lowerName, presentMatch: true };
    case "regex":
      return { name: lowerName, stringMatch: { safeRegex: { regex: match.value } } };
    default:
      return { name: lowerName, stringMatch: { [match.kind]: match.value } };
  }
}

function pathSpecifier(path: StringMatch | undefined): Message {
  switch (path?.kind) {
    case "exact":
      return { path: path.value };
    case "prefix":
      return { prefix: path.value };
    case "regex":
      return { safeRegex: { regex: path.value } };
    default:
      return { prefix: "/" };
  }
}

function routeMatch({ headers, path }: Match): Message {
  return {
    ...pathSpecifier(path),
    headers: Object.entries(headers).map(([name, match]) => headerMatcher(name, match)),
  };
}

function retryPolicy(retries: Retries): Message {
  return {
    retryOn: retries.retryOn.join(","),
    numRetries: wrapped(retries.attempts),
    ...(retries.perTryTimeoutMs === undefined ? {} : { perTryTimeout: duration(retries.perTryTimeoutMs) }),
    retryBackOff: {
      baseInterval: duration(retries.backoffMs),
      maxInterval: duration(retries.backoffMs * BACKOFF_GROWTH),
    },
    // A retry goes to another instance where there is one, as Istio sets it.
    retryHostPredicate: [{
      name: "envoy.retry_host_predicates.previous_hosts",
      typedConfig: anyOf("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
    }],
    hostSelectionRetryMaxAttempts: 5,
  };
}

function routeAction({ targets, timeoutMs, retries }: Rule): Message {
  const [only] = targets;
  return {
    ...(only !== undefined && targets.length === 1 ? { cluster: clusterName(only.service, only.subset) } : {
      weightedClusters: {
        clusters: targets.map(({ service, subset, weight }) => ({
          name: clusterName(service, subset),
          weight: wrapped(weight),
        })),
      },
    }),
    // Envoy's own default is 15 s; 0 means none, which is what a policy that says nothing means. Envoy 1.40 answers
    // UNAVAILABLE when the time is up, unless envoy.reloadable_features.grpc_timeout_returns_deadline_exceeded is set.
    timeout: duration(timeoutMs ?? 0),
    ...(retries === undefined || retries.attempts === 0 ? {} : { retryPolicy: retryPolicy(retries) }),
  };
}

function routesOf(host: VirtualHost): Message[] {
  return host.rules.flatMap((rule) =>
    (rule.matches.length === 0 ? [{ headers: {} }] : rule.matches).map((match, index) => ({
      name: rule.matches.length > 1 ? `${rule.name}.${index}` : rule.name,
      match: routeMatch(match),
      route: routeAction(rule),
    }))
  );
}

/**
 * A token bucket in front of the service. Tokens come in steps of Envoy's shortest fill interval (50 ms) or
 * longer, so that a whole number of them falls due at each step.
 */
function rateLimit(service: string, { burst, perSecond }: NonNullable<VirtualHost["rateLimit"]>): Message {
  const { tokens, intervalMs } = fillOf(perSecond);
  const everything = { defaultValue: { numerator: 100, denominator: "HUNDRED" } };
  return anyOf("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit", {
    statPrefix: `rate_limit_${service}`,
    tokenBucket: {
      maxTokens: burst,
      tokensPerFill: wrapped(tokens),
      fillInterval: duration(intervalMs),
    },
    filterEnabled: everything,
    filterEnforced: everything,
    rateLimitedAsResourceExhausted: true,
  });
}

const SHORTEST_FILL_MS = 50;
const LONGEST_FILL_MS = 1000;

/** The shortest interval of whole milliseconds in which a whole number of tokens falls due. */
export function fillOf(perSecond: number): { tokens: number; intervalMs: number } {
  for (let intervalMs = SHORTEST_FILL_MS; intervalMs <= LONGEST_FILL_MS; intervalMs++) {
    const tokens = perSecond * intervalMs / 1000;
    if (tokens >= 1 && Number.isInteger(tokens)) return { tokens, intervalMs };
  }
  // No whole number within a second: a single token, as often as the rate says.
  return perSecond < 1
    ? { tokens: 1, intervalMs: 1000 / perSecond }
    : { tokens: Math.round(perSecond), intervalMs: 1000 };
}

/** The route configuration of a service's entry (RDS). Without a VirtualService everything goes to all instances. */
export function routeMessage(service: string, policy: Policy): Message {
  const host = policy.routes.find((each) => each.service === service);
  const limit = host?.rateLimit;
  return {
    name: routeName(service),
    virtualHosts: [{
      name: host?.name ?? service,
      domains: ["*"],
      routes: host === undefined
        ? [{
          name: "default",
          match: { prefix: "/" },
          route: { cluster: clusterName(service), timeout: duration(0) },
        }]
        : routesOf(host),
      includeRequestAttemptCount: true,
      ...(limit === undefined
        ? {}
        : { typedPerFilterConfig: { [FILTERS.rateLimit]: rateLimit(service, limit) } }),
    }],
  };
}

/** The route resources of some services. */
export function routeResources(services: readonly string[], policy: Policy): Resource[] {
  return services.map((service) =>
    resourceOf(TYPE_URLS.route, routeName(service), routeMessage(service, policy))
  );
}
