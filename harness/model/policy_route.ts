import { nearest } from "./nearest.ts";
import type { Match, Retries, Rule, StringMatch, VirtualHost } from "./policy.ts";
import { checkAnnotations, readRateLimit } from "./policy_annotation.ts";
import {
  RETRY_CONDITIONS,
  RETRY_CONDITIONS_NOT_YET,
  type StringMatchResource,
  type VirtualServiceResource,
} from "./policy_schema.ts";
import type { FieldPath, PolicySource } from "./policy_source.ts";

type Route = VirtualServiceResource["spec"]["http"][number];

/** Istio's default when `retries` names none (`defaultHttpRetryPolicy`), less `503`, which is HTTP's own. */
const DEFAULT_RETRY_ON = ["connect-failure", "refused-stream", "unavailable", "cancelled"] as const;

/** Envoy's base interval, which Istio leaves as it is. */
const DEFAULT_BACKOFF_MS = 25;

/** A VirtualService as one virtual host for each of its hosts; what makes no sense is reported to `source`. */
export function normaliseVirtualService(
  resource: VirtualServiceResource,
  source: PolicySource,
): VirtualHost[] {
  const { metadata, spec } = resource;
  const annotations = metadata.annotations ?? {};
  checkAnnotations("VirtualService", annotations, source);
  const rateLimit = readRateLimit(annotations, source);
  const rules = spec.http.map((route, index) =>
    normaliseRoute(route, `${metadata.name}-${index}`, ["spec", "http", index], source)
  );
  return spec.hosts.map((service) => ({
    name: metadata.name,
    service,
    rules,
    ...(rateLimit === undefined ? {} : { rateLimit }),
  }));
}

function normaliseRoute(route: Route, defaultName: string, path: FieldPath, source: PolicySource): Rule {
  const retries = route.retries === undefined
    ? undefined
    : normaliseRetries(route.retries, [...path, "retries"], source);
  return {
    name: route.name ?? defaultName,
    matches: (route.match ?? []).map((match, index): Match => ({
      headers: Object.fromEntries(
        Object.entries(match.headers ?? {}).map(([name, value]) => [
          name,
          normaliseMatch(value, [...path, "match", index, "headers", name], source, true),
        ]),
      ),
      ...(match.uri === undefined
        ? {}
        : { path: normaliseMatch(match.uri, [...path, "match", index, "uri"], source, false) }),
    })),
    targets: normaliseTargets(route.route, [...path, "route"], source),
    ...(route.timeout === undefined ? {} : { timeoutMs: route.timeout }),
    ...(retries === undefined ? {} : { retries }),
  };
}

function normaliseMatch(
  match: StringMatchResource,
  path: FieldPath,
  source: PolicySource,
  presence: boolean,
): StringMatch {
  const given = (["exact", "prefix", "regex"] as const).flatMap((kind) => {
    const value = match[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  const [first] = given;
  // Istio: a header with an empty match has only to be there.
  if (first === undefined && presence) return { kind: "present" };
  if (first === undefined || given.length > 1) {
    source.report(path, "exactly one of exact, prefix, regex");
  }
  return first ?? { kind: "present" };
}

function normaliseTargets(routes: Route["route"], path: FieldPath, source: PolicySource): Rule["targets"] {
  // Istio's rule: one destination takes all; of several, each gets its weight's share of the sum, absent being 0.
  const only = routes.length === 1;
  const targets = routes.map(({ destination, weight }) => ({
    service: destination.host,
    subset: destination.subset ?? "",
    weight: weight ?? (only ? 100 : 0),
  }));
  if (!only && targets.every(({ weight }) => weight === 0)) {
    source.report(path, "weights whose sum is above 0", {
      found: `a sum of 0 over ${targets.length} destinations`,
      hint: "give each destination a weight",
    });
  } else if (!only) {
    for (const [index, { weight }] of routes.entries()) {
      if (weight !== undefined) continue;
      source.report([...path, index, "weight"], "a weight for each of several destinations", {
        hint: "Istio would send it nothing: write 0 if that is meant",
      });
    }
  }
  return targets;
}

function normaliseRetries(
  retries: NonNullable<Route["retries"]>,
  path: FieldPath,
  source: PolicySource,
): Retries | undefined {
  const { attempts = 0, perTryTimeout, retryOn, backoff } = retries;
  const conditions = readRetryOn(retryOn, [...path, "retryOn"], source);
  if (attempts === 0) {
    if (Object.keys(retries).some((key) => key !== "attempts")) {
      source.report([...path, "attempts"], "at least 1 where a retry policy is given", {
        hint: "Istio takes 0 for no retries, and refuses the rest beside it",
      });
    }
    return undefined;
  }
  return {
    attempts,
    ...(perTryTimeout === undefined ? {} : { perTryTimeoutMs: perTryTimeout }),
    retryOn: conditions,
    backoffMs: backoff ?? DEFAULT_BACKOFF_MS,
  };
}

function readRetryOn(retryOn: string | undefined, path: FieldPath, source: PolicySource): readonly string[] {
  if (retryOn === undefined) return DEFAULT_RETRY_ON;
  const conditions = retryOn.split(",").map((condition) => condition.trim());
  for (const condition of conditions) {
    if ((RETRY_CONDITIONS as readonly string[]).includes(condition)) continue;
    const istios = (RETRY_CONDITIONS_NOT_YET as readonly string[]).includes(condition) ||
      /^[1-5]\d\d$/.test(condition);
    const close = nearest(condition, [...RETRY_CONDITIONS, ...RETRY_CONDITIONS_NOT_YET]);
    const hint = istios
      ? `${condition} is Istio's but not supported here yet: take it out`
      : close === undefined
      ? undefined
      : `did you mean ${close}?`;
    source.report(path, `retry conditions out of ${RETRY_CONDITIONS.join(", ")}`, {
      found: `"${condition}"`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return conditions;
}
