import type { Destination, Policy, Rule, VirtualHost } from "../../../model/policy.ts";

/** A policy for the service `echo` from what a test cares for; two subsets, `v1` and `canary`, by label `version`. */
export function echoPolicy(
  rules: readonly Partial<Rule>[] | undefined,
  destination: Partial<Destination> = {},
  host: Partial<VirtualHost> = {},
): Policy {
  return {
    routes: rules === undefined ? [] : [{
      name: "echo",
      service: "echo",
      rules: rules.map((rule, index) => ({
        name: `rule-${index}`,
        matches: [],
        targets: [{ service: "echo", subset: "", weight: 100 }],
        ...rule,
      })),
      ...host,
    }],
    destinations: [{
      name: "echo",
      service: "echo",
      subsets: { v1: { version: "v1" }, canary: { version: "canary" } },
      loadBalancer: "ROUND_ROBIN",
      tls: "DISABLE",
      ...destination,
    }],
    mutualTls: "DISABLE",
    file: "test.yaml",
  };
}

/** One target. */
export function to(subset: string, weight = 100) {
  return { service: "echo", subset, weight };
}

/** Canary by header, the rest to v1. */
export function canaryRules(header = "X-Deployment"): Partial<Rule>[] {
  return [
    { matches: [{ headers: { [header]: { kind: "exact", value: "canary" } } }], targets: [to("canary")] },
    { targets: [to("v1")] },
  ];
}
