import type { Policy } from "../../model/policy.ts";

/**
 * A sidecar that only intercepts carries each request on to where it was dialled: there is nothing left for a policy to
 * decide. One that wants more is refused, so that nothing of it is dropped in silence.
 *
 * @throws {Error} Naming the file and what it asks for.
 */
export function demandPlainPolicy({ routes, destinations, mutualTls, file }: Policy): void {
  const asked = [
    ...routes.filter((host) => host.rateLimit !== undefined).map((host) => `a rate limit on ${host.service}`),
    ...routes.flatMap((host) =>
      host.rules
        .filter(({ matches, targets, timeoutMs, retries }) =>
          matches.length > 0 || timeoutMs !== undefined || retries !== undefined ||
          targets.some(({ service, subset }) => service !== host.service || subset !== "")
        )
        .map((rule) => `rule "${rule.name}" of ${host.service}`)
    ),
    ...destinations.map(({ name }) => `DestinationRule "${name}"`),
    ...(mutualTls === "STRICT" ? ["mutual TLS"] : []),
  ];
  if (asked.length === 0) return;
  throw new Error(
    `Cannot intercept by the policy ${file}: expected routes of services to themselves and nothing else, found ${
      asked.join(", ")
    }; an intercepted request keeps the destination that it was dialled to`,
  );
}
