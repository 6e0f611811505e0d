import { assertThrows } from "@std/assert";
import type { Policy, VirtualHost } from "../../model/policy.ts";
import { demandPlainPolicy } from "./plain_policy.ts";

const TARGET = { service: "echo", subset: "", weight: 100 };
const RULE = { name: "all", matches: [], targets: [TARGET] };
const HOST: VirtualHost = { name: "echo", service: "echo", rules: [RULE] };

function policy(parts: Partial<Policy> = {}): Policy {
  return { routes: [HOST], destinations: [], mutualTls: "PERMISSIVE", file: "p.yaml", ...parts };
}

Deno.test("demandPlainPolicy takes routes of services to themselves", () => {
  demandPlainPolicy(policy());
  demandPlainPolicy(policy({ routes: [] }));
});

Deno.test("demandPlainPolicy names all that an intercepted request could not keep", () => {
  const refused = (parts: Partial<Policy>, says: string) =>
    assertThrows(() => demandPlainPolicy(policy(parts)), Error, says);
  const withRule = (rule: object): Partial<Policy> => ({
    routes: [{ ...HOST, rules: [{ ...RULE, ...rule }] }],
  });
  const anything =
    'p.yaml: expected routes of services to themselves and nothing else, found rule "all" of echo';
  refused(withRule({ timeoutMs: 10 }), anything);
  refused(withRule({ retries: { attempts: 1, retryOn: [], backoffMs: 25 } }), anything);
  refused(withRule({ matches: [{ headers: {} }] }), anything);
  refused(withRule({ targets: [{ ...TARGET, service: "other" }] }), anything);
  refused(withRule({ targets: [{ ...TARGET, subset: "v1" }] }), anything);
  refused({ routes: [{ ...HOST, rateLimit: { burst: 1, perSecond: 1 } }] }, "a rate limit on echo");
  refused({ mutualTls: "STRICT" }, "mutual TLS");
  refused({
    destinations: [{ name: "d", service: "echo", subsets: {}, loadBalancer: "RANDOM", tls: "DISABLE" }],
  }, 'DestinationRule "d"');
});
