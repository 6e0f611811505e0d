import { assertEquals } from "@std/assert";
import { decodeMessage, type Message } from "../../control/envoy_codec.ts";
import type { Rule } from "../../model/policy.ts";
import { clusterMessage, endpointsMessage, planClusters } from "./clusters.ts";
import { listenerResources, secretResources } from "./listeners.ts";
import { fillOf, routeMessage, routeResources } from "./routes.ts";
import { canaryRules, echoPolicy, to } from "./testing/policies.ts";

// deno-lint-ignore no-explicit-any -- a test reads deep into plain data, whose shape Envoy's protos give
type Plain = any;

function routes(rules: readonly Partial<Rule>[] | undefined): Plain[] {
  return (routeMessage("echo", echoPolicy(rules)) as Plain).virtualHosts[0].routes;
}

function cluster(destination: Plain, name = "outbound||echo"): Plain {
  const plan = planClusters(["echo"], echoPolicy(undefined, destination)).find((each) => each.name === name);
  return plan === undefined ? undefined : clusterMessage(plan);
}

const match = (headers: Plain, path?: Plain) => ({
  matches: [{ headers, ...(path === undefined ? {} : { path }) }],
});

Deno.test("routeMessage translates each kind of header match, its name in lower case", () => {
  const headers = {
    "X-Exact": { kind: "exact", value: "a" },
    "x-prefix": { kind: "prefix", value: "b" },
    "x-regex": { kind: "regex", value: "c.*" },
    "x-present": { kind: "present" },
  };
  assertEquals(routes([match(headers)])[0].match.headers, [
    { name: "x-exact", stringMatch: { exact: "a" } },
    { name: "x-prefix", stringMatch: { prefix: "b" } },
    { name: "x-regex", stringMatch: { safeRegex: { regex: "c.*" } } },
    { name: "x-present", presentMatch: true },
  ]);
});

Deno.test("routeMessage translates each kind of path match", () => {
  const paths = [
    { kind: "exact", value: "/s/M" },
    { kind: "prefix", value: "/s/" },
    { kind: "regex", value: "/s/.*" },
    undefined,
  ];
  assertEquals(paths.map((path) => routes([match({}, path)])[0].match), [
    { path: "/s/M", headers: [] },
    { prefix: "/s/", headers: [] },
    { safeRegex: { regex: "/s/.*" }, headers: [] },
    { prefix: "/", headers: [] },
  ]);
});

Deno.test("routeMessage keeps the rules' order, gives each alternative a route, and adds no default", () => {
  const header = (value: string) => ({ headers: { h: { kind: "exact" as const, value } } });
  const all = routes([{ name: "first", matches: [header("a"), header("b")] }, {
    name: "second",
    matches: [header("c")],
  }]);
  assertEquals(all.map(({ name }) => name), ["first.0", "first.1", "second"]);
  assertEquals(routes(canaryRules()).map(({ route }) => route.cluster), [
    "outbound|canary|echo",
    "outbound|v1|echo",
  ]);
});

Deno.test("routeMessage sends everything to all instances where no VirtualService routes the service", () => {
  assertEquals(routes(undefined).map(({ match, route }) => [match.prefix, route.cluster]), [[
    "/",
    "outbound||echo",
  ]]);
});

Deno.test("routeMessage carries weights as written, 0 included", () => {
  const [{ route }] = routes([{ targets: [to("v1", 90), to("canary", 10), to("", 0)] }]) as [Plain];
  assertEquals(route.weightedClusters.clusters, [
    { name: "outbound|v1|echo", weight: { value: 90 } },
    { name: "outbound|canary|echo", weight: { value: 10 } },
    { name: "outbound||echo", weight: { value: 0 } },
  ]);
});

Deno.test("routeMessage sets time-outs and retries as the policy has them, and turns Envoy's defaults off", () => {
  const [plain] = routes([{}]);
  assertEquals(plain.route.timeout, { seconds: 0, nanos: 0 });
  assertEquals(plain.route.retryPolicy, undefined);
  const retries = { attempts: 3, perTryTimeoutMs: 250, retryOn: ["unavailable", "reset"], backoffMs: 25 };
  const { timeout, retryPolicy } = routes([{ timeoutMs: 1500, retries }])[0].route;
  assertEquals(timeout, { seconds: 1, nanos: 500_000_000 });
  assertEquals(retryPolicy.retryOn, "unavailable,reset");
  assertEquals(retryPolicy.numRetries, { value: 3 });
  assertEquals(retryPolicy.perTryTimeout, { seconds: 0, nanos: 250_000_000 });
  assertEquals(retryPolicy.retryBackOff, {
    baseInterval: { seconds: 0, nanos: 25_000_000 },
    maxInterval: { seconds: 0, nanos: 250_000_000 },
  });
  assertEquals(routes([{ retries: { ...retries, attempts: 0 } }])[0].route.retryPolicy, undefined);
});

Deno.test("routeMessage puts a token bucket on the host, refused as RESOURCE_EXHAUSTED", () => {
  const policy = echoPolicy([{}], {}, { rateLimit: { burst: 20, perSecond: 50 } });
  const [host] = (routeMessage("echo", policy) as Plain).virtualHosts;
  const packed = host.typedPerFilterConfig["envoy.filters.http.local_ratelimit"];
  const limit = decodeMessage(packed.type_url.split("/")[1], packed.value) as Plain;
  assertEquals(limit.tokenBucket.maxTokens, 20);
  assertEquals(limit.rateLimitedAsResourceExhausted, true);
  const { tokensPerFill, fillInterval } = limit.tokenBucket;
  assertEquals(tokensPerFill.value / ((fillInterval.seconds ?? 0) + fillInterval.nanos / 1e9), 50);
});

Deno.test("fillOf keeps the rate, in steps that are as short as whole tokens allow", () => {
  assertEquals(fillOf(100), { tokens: 5, intervalMs: 50 });
  assertEquals(fillOf(10), { tokens: 1, intervalMs: 100 });
  assertEquals(fillOf(1), { tokens: 1, intervalMs: 1000 });
  assertEquals(fillOf(0.5), { tokens: 1, intervalMs: 2000 });
  for (const rate of [1, 2, 3, 7, 13, 30, 64, 99, 250, 999]) {
    const { tokens, intervalMs } = fillOf(rate);
    assertEquals(Math.round(tokens * 1000 / intervalMs * 1e6) / 1e6, rate, `rate ${rate}`);
  }
});

Deno.test("planClusters makes a cluster of each service, subset and target, once", () => {
  const policy = echoPolicy([{ targets: [to("v1", 50), { service: "other", subset: "", weight: 50 }] }, {
    targets: [to("ghost")],
  }]);
  assertEquals(planClusters(["echo"], policy).map(({ name }) => name), [
    "outbound||echo",
    "outbound|v1|echo",
    "outbound|canary|echo",
    "outbound||other",
    "outbound|ghost|echo",
  ]);
});

Deno.test("endpointsMessage takes the instances that carry all of a subset's labels, and none of an undefined subset", () => {
  const instances = [
    { id: "a", address: "127.0.0.1:1", labels: { version: "v1" } },
    { id: "b", address: "127.0.0.1:2", labels: { version: "canary", zone: "z" } },
  ];
  const plans = planClusters(["echo"], echoPolicy([{ targets: [to("ghost")] }]));
  const ports = Object.fromEntries(plans.map((plan) => {
    const [group] = (endpointsMessage(plan, instances) as Plain).endpoints;
    return [
      plan.name,
      (group?.lbEndpoints ?? []).map((each: Plain) => each.endpoint.address.socketAddress.portValue),
    ];
  }));
  assertEquals(ports, {
    "outbound||echo": [1, 2],
    "outbound|v1|echo": [1],
    "outbound|canary|echo": [2],
    "outbound|ghost|echo": [],
  });
});

Deno.test("clusterMessage limits what the policy limits and nothing else", () => {
  const [open] = cluster({}).circuitBreakers.thresholds;
  for (const limit of ["maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"]) {
    assertEquals(open[limit], { value: 0xffff_ffff }, limit);
  }
  const retryBudget = { percent: 20, minRetryConcurrency: 3 };
  const [limited] = cluster({ maxRequests: 8, retryBudget }).circuitBreakers.thresholds;
  assertEquals(limited.maxRequests, { value: 8 });
  assertEquals(limited.maxRetries, undefined);
  assertEquals(limited.retryBudget, { budgetPercent: { value: 20 }, minRetryConcurrency: { value: 3 } });
});

Deno.test("clusterMessage ejects on consecutive errors alone, always, and turns panic off", () => {
  assertEquals(cluster({}).outlierDetection, undefined);
  assertEquals(cluster({}).commonLbConfig, { healthyPanicThreshold: { value: 0 } });
  const outlier = { consecutiveErrors: 5, baseEjectionMs: 2000, maxEjectionPercent: 40, intervalMs: 500 };
  const subset = cluster({ outlier, loadBalancer: "RANDOM" }, "outbound|v1|echo");
  assertEquals(subset.lbPolicy, "RANDOM");
  assertEquals(subset.outlierDetection, {
    consecutive_5xx: { value: 5 },
    enforcingConsecutive_5xx: { value: 100 },
    interval: { seconds: 0, nanos: 500_000_000 },
    baseEjectionTime: { seconds: 2, nanos: 0 },
    maxEjectionPercent: { value: 40 },
    enforcingSuccessRate: { value: 0 },
    enforcingConsecutiveGatewayFailure: { value: 0 },
  });
});

Deno.test("listenerResources makes entries of all services, and doors of those with an instance when asked for", () => {
  const services = [
    { name: "echo", instances: [{ id: "a", address: "127.0.0.1:1", labels: {} }] },
    { name: "empty", instances: [] },
  ];
  const names = (withInbound: boolean) =>
    listenerResources(services, "127.0.0.1", "", withInbound).map(({ name }) => name);
  assertEquals(names(false), ["outbound-echo", "outbound-empty"]);
  assertEquals(names(true), ["outbound-echo", "outbound-empty", "inbound-echo"]);
});

Deno.test("listenerResources traces everything to the collector's own path, one span an attempt", () => {
  const [resource] = listenerResources(
    [{ name: "echo", instances: [] }],
    "127.0.0.1",
    "http://127.0.0.1:9/cell",
    false,
  );
  const listener = decodeMessage("envoy.config.listener.v3.Listener", resource?.bytes as Uint8Array) as Plain;
  const unpack = (packed: Plain): Plain => decodeMessage(packed.type_url.split("/")[1], packed.value);
  const { tracing } = unpack(listener.filterChains[0].filters[0].typedConfig);
  assertEquals(tracing.randomSampling.value, 100);
  assertEquals(tracing.spawnUpstreamSpan.value, true);
  assertEquals(
    unpack(tracing.provider.typedConfig).httpService.httpUri.uri,
    "http://127.0.0.1:9/cell/v1/traces",
  );
});

Deno.test("secretResources carry the leaf with its key, and the bundle", () => {
  const secrets = secretResources({ chain: "CHAIN", key: "KEY", serial: "01" }, "BUNDLE")
    .map(({ bytes }) => decodeMessage("envoy.extensions.transport_sockets.tls.v3.Secret", bytes) as Message);
  assertEquals(secrets, [
    {
      name: "identity",
      tlsCertificate: { certificateChain: { inlineString: "CHAIN" }, privateKey: { inlineString: "KEY" } },
    },
    { name: "bundle", validationContext: { trustedCa: { inlineString: "BUNDLE" } } },
  ]);
});

Deno.test("routeResources are named as the listeners ask for them", () => {
  assertEquals(routeResources(["echo"], echoPolicy(undefined)).map(({ name }) => name), ["route-echo"]);
});
