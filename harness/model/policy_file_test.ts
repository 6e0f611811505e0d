import { assert, assertEquals, assertRejects } from "@std/assert";
import { PolicyError } from "./policy_error.ts";
import { parsePolicy, readPolicy } from "./policy_file.ts";

const WHOLE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  annotations:
    limit.meshproof.dev/burst: "20"
    limit.meshproof.dev/requests-per-second: "50.5"
    example.com/owner: team-a
spec:
  hosts: [cart]
  gateways: [mesh]
  http:
    - name: canary
      match:
        - headers:
            x-deployment: { exact: canary }
            x-any: {}
          uri: { prefix: /meshproof.Cart/ }
        - headers:
            x-kind: { regex: "(" }
      route:
        - destination: { host: cart.default.svc.cluster.local, subset: v2 }
      timeout: 1.5s
      retries:
        attempts: 3
        perTryTimeout: 250ms
        retryOn: unavailable, reset
        backoff: 10ms
    - route:
        - destination: { host: cart, subset: v1 }
          weight: 90
        - destination: { host: cart, subset: v2 }
          weight: 10
      retries: { attempts: 1 }
---
apiVersion: networking.istio.io/v1beta1
kind: DestinationRule
metadata:
  name: cart
  annotations:
    breaker.meshproof.dev/failure-percent: "50"
    breaker.meshproof.dev/minimum-calls: 20
    breaker.meshproof.dev/window: 10s
    breaker.meshproof.dev/cool-down: 500ms
    breaker.meshproof.dev/probes: "3"
spec:
  host: cart
  trafficPolicy:
    loadBalancer: { simple: ROUND_ROBIN }
    connectionPool: { http: { http2MaxRequests: 5 } }
    outlierDetection: { consecutive5xxErrors: 3, baseEjectionTime: 2s, maxEjectionPercent: 50, interval: 100ms }
    retryBudget: { percent: 12.5, minRetryConcurrency: 1 }
    tls: { mode: ISTIO_MUTUAL }
  subsets:
    - name: v1
      labels: { version: v1 }
    - name: v2
      labels: { version: v2 }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default }
spec: { mtls: { mode: STRICT } }
`;

Deno.test("parsePolicy reads every field that Policy can express", () => {
  assertEquals(parsePolicy(WHOLE, "whole.yaml"), {
    file: "whole.yaml",
    mutualTls: "STRICT",
    routes: [{
      name: "cart",
      service: "cart",
      rateLimit: { burst: 20, perSecond: 50.5 },
      rules: [
        {
          name: "canary",
          matches: [
            {
              headers: { "x-deployment": { kind: "exact", value: "canary" }, "x-any": { kind: "present" } },
              path: { kind: "prefix", value: "/meshproof.Cart/" },
            },
            { headers: { "x-kind": { kind: "regex", value: "(" } } },
          ],
          targets: [{ service: "cart", subset: "v2", weight: 100 }],
          timeoutMs: 1_500,
          retries: { attempts: 3, perTryTimeoutMs: 250, retryOn: ["unavailable", "reset"], backoffMs: 10 },
        },
        {
          name: "cart-1",
          matches: [],
          targets: [
            { service: "cart", subset: "v1", weight: 90 },
            { service: "cart", subset: "v2", weight: 10 },
          ],
          retries: {
            attempts: 1,
            retryOn: ["connect-failure", "refused-stream", "unavailable", "cancelled"],
            backoffMs: 25,
          },
        },
      ],
    }],
    destinations: [{
      name: "cart",
      service: "cart",
      subsets: { v1: { version: "v1" }, v2: { version: "v2" } },
      loadBalancer: "ROUND_ROBIN",
      maxRequests: 5,
      outlier: { consecutiveErrors: 3, baseEjectionMs: 2_000, maxEjectionPercent: 50, intervalMs: 100 },
      retryBudget: { percent: 12.5, minRetryConcurrency: 1 },
      breaker: { failurePercent: 50, minimumCalls: 20, windowMs: 10_000, coolDownMs: 500, probes: 3 },
      tls: "ISTIO_MUTUAL",
    }],
  });
});

const rule = (trafficPolicy: string) =>
  `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec:\n  host: cart\n${trafficPolicy}`;
const service = (http: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [cart]\n  http:\n${http}`;
const peer = (mode: string) =>
  `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: p}\nspec: {${mode}}\n`;

Deno.test("parsePolicy fills gaps with Istio's defaults", () => {
  const [destination] = parsePolicy(
    rule("  trafficPolicy: {outlierDetection: {}, retryBudget: {}}\n"),
    "p.yaml",
  )
    .destinations;
  assertEquals(destination, {
    name: "d",
    service: "cart",
    subsets: {},
    loadBalancer: "LEAST_REQUEST",
    outlier: { consecutiveErrors: 5, baseEjectionMs: 30_000, maxEjectionPercent: 10, intervalMs: 10_000 },
    retryBudget: { percent: 20, minRetryConcurrency: 3 },
    tls: "DISABLE",
  });
});

Deno.test("parsePolicy takes Istio's zeroes for not set: no limit, no ejection, no retries", () => {
  const off =
    "  trafficPolicy: {connectionPool: {http: {http2MaxRequests: 0}}, outlierDetection: {consecutive5xxErrors: 0}}\n";
  const text = `${service("  - route: [{destination: {host: cart}}]\n    retries: {attempts: 0}\n")}---\n${
    rule(off)
  }`;
  const policy = parsePolicy(text, "p.yaml");
  assertEquals(policy.destinations[0]?.maxRequests, undefined);
  assertEquals(policy.destinations[0]?.outlier, undefined);
  assertEquals(policy.routes[0]?.rules[0]?.retries, undefined);
});

Deno.test("parsePolicy gives one virtual host for each host of a VirtualService", () => {
  const text = service("  - route: [{destination: {host: cart}}]\n").replace(
    "[cart]",
    "[cart, basket.shop.svc]",
  );
  assertEquals(parsePolicy(text, "p.yaml").routes.map((route) => route.service), ["cart", "basket"]);
});

Deno.test("parsePolicy takes mutual TLS from the PeerAuthentication and hands it to silent DestinationRules", () => {
  const cases = [
    ["mtls: {mode: STRICT}", "STRICT", "ISTIO_MUTUAL"],
    ["mtls: {mode: PERMISSIVE}", "PERMISSIVE", "DISABLE"],
    ["mtls: {mode: DISABLE}", "DISABLE", "DISABLE"],
    ["mtls: {mode: UNSET}", "PERMISSIVE", "DISABLE"],
    ["", "PERMISSIVE", "DISABLE"],
  ] as const;
  for (const [mode, mutualTls, tls] of cases) {
    const policy = parsePolicy(`${peer(mode)}---\n${rule("")}`, "p.yaml");
    assertEquals([policy.mutualTls, policy.destinations[0]?.tls], [mutualTls, tls], mode);
  }
});

Deno.test("parsePolicy skips documents that hold nothing but comments", () => {
  assertEquals(parsePolicy(`# why\n---\n${peer("")}---\n# end\n`, "p.yaml").destinations, []);
});

Deno.test("readPolicy reads a file and keeps its path for messages", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, WHOLE);
    assertEquals((await readPolicy(file)).file, file);
    await Deno.writeTextFile(file, "kind: Nonsense\n");
    const error = await assertRejects(() => readPolicy(file), PolicyError);
    assert(error.message.startsWith(`${file}:1:7: kind: expected one of`), error.message);
  } finally {
    await Deno.remove(file);
  }
});
