import { parseDuration } from "./duration.ts";
import { nearest } from "./nearest.ts";
import type { Destination, VirtualHost } from "./policy.ts";
import type { PolicySource } from "./policy_source.ts";

/** What each kind of resource may say in annotations, because Istio has no field for it. */
export const ANNOTATIONS = {
  VirtualService: ["limit.meshproof.dev/burst", "limit.meshproof.dev/requests-per-second"],
  DestinationRule: [
    "breaker.meshproof.dev/failure-percent",
    "breaker.meshproof.dev/minimum-calls",
    "breaker.meshproof.dev/window",
    "breaker.meshproof.dev/cool-down",
    "breaker.meshproof.dev/probes",
  ],
  PeerAuthentication: [],
} as const;

type Annotations = Readonly<Record<string, string>>;

/** Reports every `*.meshproof.dev/*` annotation that the kind does not know; others are somebody else's. */
export function checkAnnotations(
  kind: keyof typeof ANNOTATIONS,
  annotations: Annotations,
  source: PolicySource,
): void {
  const known: readonly string[] = ANNOTATIONS[kind];
  for (const name of Object.keys(annotations)) {
    if (!/(^|\.)meshproof\.dev\//.test(name) || known.includes(name)) continue;
    const close = nearest(name, Object.values(ANNOTATIONS).flat());
    source.report(
      ["metadata", "annotations", name],
      known.length === 0 ? `no meshproof.dev annotation on ${kind}` : `one of ${known.join(", ")}`,
      {
        found: `the unknown annotation "${name}"`,
        hint: close === undefined
          ? "take it out"
          : known.includes(close)
          ? `did you mean ${close}?`
          : `${close} belongs on another kind of resource`,
        atKey: true,
      },
    );
  }
}

/** The token bucket in front of a service; `undefined` when none is asked for or it is not sound. */
export function readRateLimit(annotations: Annotations, source: PolicySource): VirtualHost["rateLimit"] {
  const [burstName, rateName] = ANNOTATIONS.VirtualService;
  const read = reader(ANNOTATIONS.VirtualService, annotations, source);
  if (read === undefined) return undefined;
  const burst = read(burstName, "a whole number of at least 1", readCount);
  const perSecond = read(rateName, "a number above 0", readPositive);
  return burst === undefined || perSecond === undefined ? undefined : { burst, perSecond };
}

/** The error-rate breaker; `undefined` when none is asked for or it is not sound. */
export function readBreaker(annotations: Annotations, source: PolicySource): Destination["breaker"] {
  const [percentName, callsName, windowName, coolDownName, probesName] = ANNOTATIONS.DestinationRule;
  const read = reader(ANNOTATIONS.DestinationRule, annotations, source);
  if (read === undefined) return undefined;
  const failurePercent = read(percentName, "a percentage from 0 to below 100", (value) => {
    const number = readPlain(value);
    return number !== undefined && number < 100 ? number : undefined;
  });
  const minimumCalls = read(callsName, "a whole number of at least 1", readCount);
  const windowMs = read(windowName, 'a duration above 0, such as "10s"', readSpan);
  const coolDownMs = read(coolDownName, 'a duration above 0, such as "5s"', readSpan);
  const probes = read(probesName, "a whole number of at least 1", readCount);
  if (
    failurePercent === undefined || minimumCalls === undefined || windowMs === undefined ||
    coolDownMs === undefined || probes === undefined
  ) return undefined;
  return { failurePercent, minimumCalls, windowMs, coolDownMs, probes };
}

/**
 * A function that reads one annotation of a group and reports it when it is missing or wrong. A group is given as a
 * whole or not at all, since no default of Istio's could fill a gap: `undefined` when none of it is there.
 */
function reader(group: readonly string[], annotations: Annotations, source: PolicySource) {
  const present = group.filter((name) => Object.hasOwn(annotations, name));
  const [first] = present;
  if (first === undefined) return undefined;
  return <T>(name: string, expected: string, parse: (text: string) => T | undefined): T | undefined => {
    const path = ["metadata", "annotations", name];
    const text = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
    if (text === undefined) {
      source.report(path, expected, { found: "nothing", hint: `needed beside ${first}` });
      return undefined;
    }
    const value = parse(text);
    if (value === undefined) source.report(path, expected);
    return value;
  };
}

function readPlain(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readPositive(text: string): number | undefined {
  const value = readPlain(text);
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;
}

function readCount(text: string): number | undefined {
  const value = readPositive(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function readSpan(text: string): number | undefined {
  const durationMs = parseDuration(text);
  return durationMs !== undefined && durationMs > 0 ? durationMs : undefined;
}
