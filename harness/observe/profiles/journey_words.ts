import type { EventBase, FaultEvent } from "../../model/event.ts";
import type { Policy } from "../../model/policy.ts";
import type { Labels } from "../../model/scenario.ts";

const ENCODER = new TextEncoder();

/** Names of the frames of a journey whose meaning a drawing shows in colour. */
export const NO_FAULT = "no fault";
export const FAULT = "fault: ";

/**
 * Method and the group of instances that a call went to: the subset of the policy that the instance is in, else its
 * labels, as `echo/Call → v2`.
 *
 * @param labels Those of the instance that received the call last; undefined when none did.
 */
export function routeName(
  service: string,
  method: string,
  labels: Labels | undefined,
  policy: Policy | undefined,
): string {
  return `${service}/${method} → ${
    labels === undefined ? "no instance" : groupName(service, labels, policy)
  }`;
}

function groupName(service: string, labels: Labels, policy: Policy | undefined): string {
  for (const destination of policy?.destinations ?? []) {
    if (destination.service !== service) continue;
    for (const [subset, wanted] of Object.entries(destination.subsets)) {
      const pairs = Object.entries(wanted);
      if (pairs.length > 0 && pairs.every(([name, value]) => labels[name] === value)) return subset;
    }
  }
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).sort().join(",") || "any";
}

/** Says which faults are in force at a moment, given in milliseconds of the run. */
export function faultsInForce(events: readonly (EventBase & FaultEvent)[]): (t: number) => string {
  const spans: { fault: string; fromT: number; toT: number }[] = [];
  for (const { fault, edge, t } of events) {
    if (edge === "begin") spans.push({ fault, fromT: t, toT: Infinity });
    if (edge !== "healed") continue;
    const open = spans.find((span) => span.fault === fault && span.toT === Infinity);
    if (open !== undefined) open.toT = t;
  }
  return (t) => {
    const names = spans.filter(({ fromT, toT }) => fromT <= t && t < toT).map(({ fault }) => fault);
    return names.length === 0 ? NO_FAULT : FAULT + [...new Set(names)].sort().join(", ");
  };
}

/** Octets of the names and values of header fields, as UTF-8. */
export function headerBytes(headers: Readonly<Record<string, string>>): number {
  let text = "";
  for (const [name, value] of Object.entries(headers)) text += name + value;
  return ENCODER.encode(text).length;
}
