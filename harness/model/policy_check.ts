import { nearest } from "./nearest.ts";
import type {
  DestinationRuleResource,
  PeerAuthenticationResource,
  VirtualServiceResource,
} from "./policy_schema.ts";
import type { FieldPath, PolicySource } from "./policy_source.ts";

interface From<T> {
  readonly source: PolicySource;
  readonly value: T;
}

/** The sound resources of one file, by kind. */
export interface ResourcesByKind {
  readonly virtualServices: readonly From<VirtualServiceResource>[];
  readonly destinationRules: readonly From<DestinationRuleResource>[];
  readonly peerAuthentications: readonly From<PeerAuthenticationResource>[];
}

/**
 * Checks what only shows across resources; problems go to the sources.
 *
 * @param complete Whether every resource of the file was readable; when not, a subset that seems undefined may stand
 * in one that was not, and is let pass.
 */
export function checkAcross(resources: ResourcesByKind, complete: boolean): void {
  const { virtualServices, destinationRules, peerAuthentications } = resources;
  const hosts = virtualServices.flatMap(({ source, value }) =>
    value.spec.hosts.map((host, index) => ({ source, host, path: ["spec", "hosts", index] }))
  );
  checkUnique(hosts, "a host that no other VirtualService routes");
  checkUnique(
    destinationRules.map(({ source, value }) => ({ source, host: value.spec.host, path: ["spec", "host"] })),
    "a host that no other DestinationRule configures",
  );
  for (const { source } of peerAuthentications.slice(1)) {
    source.report([], "at most one PeerAuthentication", { found: "a second one" });
  }
  if (complete) checkSubsets(virtualServices, destinationRules);
}

function checkUnique(
  uses: readonly { source: PolicySource; host: string; path: FieldPath }[],
  expected: string,
): void {
  const seen = new Set<string>();
  for (const { source, host, path } of uses) {
    if (seen.has(host)) source.report(path, expected);
    seen.add(host);
  }
}

function checkSubsets(
  virtualServices: ResourcesByKind["virtualServices"],
  destinationRules: ResourcesByKind["destinationRules"],
): void {
  const subsetsOf = new Map(
    destinationRules.map((
      { value },
    ) => [value.spec.host, (value.spec.subsets ?? []).map(({ name }) => name)]),
  );
  for (const { source, value } of virtualServices) {
    for (const [rule, { route }] of value.spec.http.entries()) {
      for (const [target, { destination: { host, subset } }] of route.entries()) {
        const defined = subsetsOf.get(host);
        if (subset === undefined || defined?.includes(subset)) continue;
        const close = nearest(subset, defined ?? []);
        source.report(
          ["spec", "http", rule, "route", target, "destination", "subset"],
          `a subset that a DestinationRule defines for host "${host}"${
            defined === undefined || defined.length === 0 ? "" : ` (${defined.join(", ")})`
          }`,
          {
            hint: close !== undefined
              ? `did you mean ${close}?`
              : defined === undefined
              ? `no DestinationRule in the file is for "${host}": add one`
              : "add it to the DestinationRule's subsets",
          },
        );
      }
    }
  }
}
