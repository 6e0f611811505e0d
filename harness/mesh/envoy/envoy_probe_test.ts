import { envoy } from "../envoy.ts";
import { withLiveMesh } from "./testing/live_mesh.ts";
import { canaryRules, echoPolicy, to } from "./testing/policies.ts";

const INSTANCES = { a: { version: "v1" }, b: { version: "canary" } };
Deno.test("probe", async () => {
  await withLiveMesh(envoy, { policy: echoPolicy(canaryRules()), instances: INSTANCES }, async (live) => {
    const { caller, mesh, upstreams } = live;
    console.log("started", live.startedInMs);
    console.log(await caller.call(), await caller.call({ "x-deployment": "canary" }));
    const apply = async (p: Parameters<typeof mesh.apply>[0]) => { const t = performance.now(); const o = await mesh.apply(p, 3000); console.log("apply", o, performance.now() - t); };
    await apply(echoPolicy(canaryRules("x-other")));
    console.log(await caller.call({ "x-other": "canary" }));
    await apply(echoPolicy([{ matches: [{ headers: { x: { kind: "regex", value: "(" } } }] }]));
    console.log(await caller.call({ "x-other": "canary" }));
    // timeout
    await apply(echoPolicy([{ timeoutMs: 200 }]));
    const hold = () => new Promise<number>((r) => setTimeout(() => r(0), 500));
    for (const u of upstreams.values()) u.answer = hold;
    console.log("timeout", await caller.call());
    for (const u of upstreams.values()) u.answer = () => 14;
    await apply(echoPolicy([{ retries: { attempts: 2, retryOn: ["unavailable"], backoffMs: 25 } }]));
    for (const u of upstreams.values()) u.seen.length = 0;
    console.log("retry", await caller.call(), [...upstreams.values()].map((u) => u.seen.map((s) => s.attempt)));
    await apply(echoPolicy([{ matches: [{ headers: { x: { kind: "present" } } }] }]));
    console.log("no route", await caller.call());
    live.pushes.length; const n = live.pushes.length; await apply(echoPolicy([{ targets: [to("ghost")] }]));console.log(live.pushes.slice(n).map((e) => [e.edge, e.type.split(".").at(-1), e.version, e.nonce, e.error].join(" ")).join("\n"));
    console.log("no host", await caller.call());
    for (const u of upstreams.values()) u.answer = hold;
    await apply(echoPolicy([{}], { maxRequests: 1 }));
    console.log("overflow", await Promise.all([caller.call(), caller.call()]));
    for (const u of upstreams.values()) u.answer = () => 0;
    await apply(echoPolicy([{}], {}, { rateLimit: { burst: 2, perSecond: 10 } }));
    console.log("limit", await Promise.all([caller.call(), caller.call(), caller.call()]));
    await apply(echoPolicy([{ retries: { attempts: 2, retryOn: ["unavailable"], backoffMs: 25, perTryTimeoutMs: 100 } }]));
    for (const u of upstreams.values()) u.answer = hold;
    console.log("per try timeout", await caller.call());
  });
});
