import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { SpanEvent } from "../model/event.ts";
import type { ProfileSink } from "../model/profile_sink.ts";
import { openOtlpReceiver } from "../observe/otlp_receiver.ts";
import { eventually } from "../runtime/testing/test_runtime.ts";
import { envoy } from "./envoy.ts";
import type { Caller } from "./envoy/testing/caller.ts";
import { type LiveMesh, withLiveMesh } from "./envoy/testing/live_mesh.ts";
import { canaryRules, echoPolicy, to } from "./envoy/testing/policies.ts";
import { callOverTls } from "./envoy/testing/tls_caller.ts";
import { Upstream } from "./envoy/testing/upstream.ts";

const TIMEOUT_MS = 5000;
const INSTANCES = { a: { version: "v1" }, b: { version: "canary" } };

/** Instances that answered, of some calls with a header. */
async function answering(caller: Caller, headers: Record<string, string>, calls = 6): Promise<string[]> {
  const instances = new Set<string>();
  for (let index = 0; index < calls; index++) instances.add((await caller.call(headers)).instance);
  return [...instances].sort();
}

function answerWith(live: LiveMesh, answer: Upstream["answer"]): void {
  for (const upstream of live.upstreams.values()) {
    upstream.seen.length = 0;
    upstream.answer = answer;
  }
}

const slow = (durationMs: number) => () =>
  new Promise<number>((resolve) => setTimeout(() => resolve(0), durationMs));

Deno.test("envoy routes by header, takes a push, refuses a bad one and serves on, with or without its control plane", async () => {
  await withLiveMesh(envoy, { policy: echoPolicy(canaryRules()), instances: INSTANCES }, async (live) => {
    const { caller, mesh } = live;
    assertEquals(await answering(caller, {}), ["a"]);
    assertEquals(await answering(caller, { "x-deployment": "canary" }), ["b"]);
    assertEquals(await answering(caller, { "x-deployment": "canary-2" }), ["a"]);

    assertEquals((await mesh.apply(echoPolicy(canaryRules("x-other")), TIMEOUT_MS)).outcome, "ack");
    assertEquals(await answering(caller, { "x-deployment": "canary" }), ["a"]);
    assertEquals(await answering(caller, { "x-other": "canary" }), ["b"]);

    const bad = echoPolicy([{ matches: [{ headers: { x: { kind: "regex", value: "(" } } }] }]);
    const refused = await mesh.apply(bad, TIMEOUT_MS);
    assertEquals(refused.outcome, "nack");
    assert(refused.error.includes("missing )"), refused.error);
    assertEquals(await answering(caller, { "x-other": "canary" }), ["b"]);

    await live.cutControl();
    await eventually(
      "the control plane cut off",
      () => live.pushes.some(({ edge }) => edge === "disconnected"),
    );
    assertEquals(await answering(caller, { "x-other": "canary" }), ["b"]);
    assertEquals((await mesh.apply(echoPolicy(canaryRules()), 100)).outcome, "none");
    await live.mendControl();
    await eventually(
      "the push to arrive",
      async () => (await caller.call({ "x-deployment": "canary" })).instance === "b",
    );
    assertEquals(await answering(caller, { "x-other": "canary" }), ["a"]);
  });
});

Deno.test("envoy follows the registry, and a change of cluster settings loses no call", async () => {
  await withLiveMesh(envoy, { policy: echoPolicy(undefined), instances: INSTANCES }, async (live) => {
    const { caller, mesh } = live;
    assertEquals(await answering(caller, {}), ["a", "b"]);
    await using third = await Upstream.start("c");
    await live.register(third, {});
    await eventually("c to be called", async () => (await caller.call()).instance === "c");
    await live.registry.deleteKey("cell/services/echo/c");
    await eventually("c to be left", async () => !(await answering(caller, {})).includes("c"));

    let stop = false;
    const statuses = new Set<string>();
    const load = (async () => {
      while (!stop) statuses.add((await caller.call()).status);
    })();
    for (const loadBalancer of ["RANDOM", "LEAST_REQUEST", "ROUND_ROBIN"] as const) {
      assertEquals((await mesh.apply(echoPolicy([{}], { loadBalancer }), TIMEOUT_MS)).outcome, "ack");
      assertEquals(
        (await mesh.apply(echoPolicy(canaryRules(), { loadBalancer }), TIMEOUT_MS)).outcome,
        "ack",
      );
    }
    stop = true;
    await load;
    assertEquals([...statuses], ["OK"]);
  });
});

Deno.test("envoy answers for itself by the gRPC status that its manual gives", async () => {
  await withLiveMesh(envoy, { policy: echoPolicy(undefined), instances: INSTANCES }, async (live) => {
    const { caller, mesh } = live;
    const present = { headers: { "x-absent": { kind: "present" as const } } };

    await mesh.apply(echoPolicy([{ matches: [present] }]), TIMEOUT_MS);
    assertEquals((await caller.call()).status, "UNIMPLEMENTED");

    await mesh.apply(echoPolicy([{ targets: [to("ghost")] }]), TIMEOUT_MS);
    const noHost = await caller.call();
    assertEquals([noHost.status, noHost.message], ["UNAVAILABLE", "no healthy upstream"]);

    answerWith(live, slow(300));
    await mesh.apply(echoPolicy([{}], { maxRequests: 1 }), TIMEOUT_MS);
    const [served, overflow] = await Promise.all([caller.call(), caller.call()]);
    assertEquals(served.status, "OK");
    assertEquals(overflow.status, "UNAVAILABLE");
    assert(overflow.message.includes("overflow"), overflow.message);

    // Envoy 1.40's default; see routes.ts for the switch that makes it DEADLINE_EXCEEDED.
    await mesh.apply(echoPolicy([{ timeoutMs: 100 }]), TIMEOUT_MS);
    const late = await caller.call();
    assertEquals([late.status, late.message], ["UNAVAILABLE", "upstream request timeout"]);
    assert(late.afterMs >= 95 && late.afterMs < 290, `timed out after ${late.afterMs} ms`);

    answerWith(live, () => 0);
    await mesh.apply(echoPolicy([{}], {}, { rateLimit: { burst: 2, perSecond: 1 } }), TIMEOUT_MS);
    const limited = [await caller.call(), await caller.call(), await caller.call()];
    assertEquals(limited.map(({ status }) => status), ["OK", "OK", "RESOURCE_EXHAUSTED"]);
    assertEquals([...live.upstreams.values()].reduce((sum, { seen }) => sum + seen.length, 0), 2);
  });
});

Deno.test("envoy retries as often as the policy says, on the conditions that it lists, and ejects an outlier", async () => {
  const retries = { attempts: 2, retryOn: ["unavailable"], backoffMs: 5 };
  await withLiveMesh(envoy, { policy: echoPolicy([{ retries }]), instances: INSTANCES }, async (live) => {
    const { caller, mesh, upstreams } = live;
    const attempts = () =>
      [...upstreams.values()].flatMap(({ seen }) => seen.map(({ attempt }) => attempt)).sort();
    answerWith(live, () => 14);
    assertEquals((await caller.call()).status, "UNAVAILABLE");
    assertEquals(attempts(), ["1", "2", "3"]);
    answerWith(live, () => 3);
    assertEquals((await caller.call()).status, "INVALID_ARGUMENT");
    assertEquals(attempts(), ["1"]);

    const outlier = { consecutiveErrors: 3, baseEjectionMs: 60_000, maxEjectionPercent: 50, intervalMs: 50 };
    answerWith(live, () => 0);
    const failing = upstreams.get("a") as Upstream;
    failing.answer = () => 14;
    assertEquals((await mesh.apply(echoPolicy([{}], { outlier }), TIMEOUT_MS)).outcome, "ack");
    const calls = async (count: number) => {
      for (let index = 0; index < count; index++) await caller.call();
      return failing.seen.length;
    };
    // Envoy ejects on its main thread, its workers hear of it a little later: calls may still get there meanwhile.
    await eventually("the ejection", async () => failing.seen.length === await calls(4));
    const before = failing.seen.length;
    assert(before >= 3, `ejected after ${before} errors`);
    assertEquals(await calls(10), before);
  });
});

Deno.test("envoy's inbound door demands a certificate, and shows a rotated leaf", async () => {
  const options = { policy: echoPolicy(undefined), instances: INSTANCES, identity: true };
  await withLiveMesh(envoy, options, async ({ mesh, authority }) => {
    const door = mesh.inbound("echo");
    const client = await authority.issue("client");
    const first = await callOverTls(door, authority.bundle, client);
    assertEquals(first.outcome, "grpc-status 0");
    const anonymous = await callOverTls(door, authority.bundle);
    assertNotEquals(anonymous.outcome, "grpc-status 0");
    const next = await authority.issue("echo");
    await mesh.rotate(next);
    await eventually(
      "the new leaf",
      async () => (await callOverTls(door, authority.bundle, client)).serial === next.serial,
    );
    assertNotEquals(first.serial, next.serial);
    assert(first.serial !== "");
  });
});

Deno.test("envoy tells a span of the call and, under it, one of each attempt, in the caller's trace", async () => {
  const spans: SpanEvent[] = [];
  const clock = { fromEpoch: (epochMs: number) => epochMs - performance.timeOrigin };
  await using receiver = openOtlpReceiver({ recorder: clock, onSpan: (span) => void spans.push(span) });
  const retries = { attempts: 2, retryOn: ["unavailable"], backoffMs: 5 };
  const options = {
    policy: echoPolicy([{ retries }]),
    instances: { a: {} },
    otlpUrl: receiver.urlFor("cell"),
  };
  await withLiveMesh(envoy, options, async (live) => {
    answerWith(live, () => 14);
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await live.caller.call({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await eventually("four spans", () => spans.length >= 4);
    const server = spans.find(({ spanKind }) => spanKind === "server");
    assertEquals(spans.map((span) => span.traceId), Array(4).fill(traceId));
    assertEquals(server?.parentSpanId, "b7ad6b7169203331");
    const attempts = spans.filter(({ spanKind }) => spanKind === "client");
    assertEquals(attempts.map(({ parentSpanId }) => parentSpanId), Array(3).fill(server?.spanId));
    const seen = live.upstreams.get("a")?.seen.map(({ headers }) => headers["traceparent"]?.split("-")[2])
      .sort();
    assertEquals(seen, attempts.map(({ spanId }) => spanId).sort());
  });
});

Deno.test("envoy tells of a profiled run what it allocated and what it holds, as pprof", async () => {
  const told: (readonly [process: string, cell: string, kind: string, file: Uint8Array])[] = [];
  const profiles: ProfileSink = {
    takeRecording: () => assert(false, "Envoy is no program of V8"),
    takePprof: (...profile) => void told.push(profile),
  };
  const options = { policy: echoPolicy(undefined), instances: INSTANCES, profiles };
  await withLiveMesh(envoy, options, async ({ caller }) => void await answering(caller, {}));
  assertEquals(told.map(([process, cell, kind]) => [process, cell, kind]), [
    ["envoy", "live", "alloc"],
    ["envoy", "live", "heap"],
  ]);
  for (const [, , kind, file] of told) {
    // Of so little work the allocator may have sampled nothing.
    const { sampleType, stringTable: { strings } } = Profile.decode(gunzipSync(file));
    const kinds = sampleType.map(({ type }) => strings[Number(type)]);
    assert(kinds.includes("objects") && kinds.includes("space"), `${kind}: ${kinds}`);
  }
});
