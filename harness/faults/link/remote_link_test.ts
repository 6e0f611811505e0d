import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import net from "node:net";
import { createAuthority } from "../../control/authority.ts";
import type { RunningProcess } from "../../model/process.ts";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { eventually, openTestRuntime } from "../../runtime/testing/test_runtime.ts";
import { HARNESS_LINKS, openLinkHost, openRemoteLinkHost } from "./host.ts";
import { LinkProcessError } from "./link_process.ts";
import {
  bandwidth,
  blackhole,
  clog,
  corrupt,
  cutAfter,
  halfClose,
  http2Fault,
  latency,
  refuse,
  reset,
  sever,
  slice,
  slowClose,
  timeout,
  tlsCertificate,
  tlsStall,
  toxicOf,
  toxicSpecSchema,
} from "./mod.ts";

/** A host of links in a process of its own, and the process. */
async function remoteHost() {
  const runtime = await openTestRuntime();
  const started: RunningProcess[] = [];
  const host = await openRemoteLinkHost({
    pod: (name) => runtime.runtime.pod(name),
    spawn: async (spec) => {
      const process = await runtime.runtime.spawn(spec);
      started.push(process);
      return process;
    },
  }, "hop");
  return {
    host,
    runtime,
    process: started[0],
    async [Symbol.asyncDispose]() {
      await host.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** A TCP server that says its name to whoever connects. */
async function greeter(name: string) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** All that a server says, or the code of the error that ended it. */
function listen(address: string): Promise<string> {
  return new Promise((resolve) => {
    const [host, port] = address.split(":");
    let heard = "";
    const socket = net.connect({ host: host ?? "", port: Number(port) });
    socket.on("data", (bytes) => heard += bytes.toString());
    socket.on("end", () => resolve(heard));
    socket.on("error", (error) => resolve((error as Error & { code: string }).code));
  });
}

/** A port that nothing listens at. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

Deno.test("toxicOf makes the toxic again from its spec, through JSON, for every kind", async () => {
  const { chain: certificate, key } = await (await createAuthority({ trustDomain: "mesh.test" })).issue("a");
  const toxics = [
    bandwidth({ bytesPerSecond: 1000, direction: "up", share: 0.5 }),
    clog({ holdMs: 3 }),
    corrupt({ byteShare: 0.5 }),
    halfClose({ afterBytes: 3 }),
    http2Fault([{ name: "r", action: { kind: "missingTrailers" } }]),
    slowClose({ delayMs: 4, direction: "both" }),
    timeout({ afterMs: 5 }),
    tlsCertificate({ certificate, key, upstream: "plain" }),
    tlsStall({ hold: "server_hello" }),
    latency({ delayMs: 9, jitterMs: 3, distribution: "pareto", correlation: 0.5, share: 0.1 }),
    reset({ afterBytes: 3 }),
    slice({ maxBytes: 9, variationBytes: 3, delayMs: 1, direction: "up" }),
    latency({ delayMs: 20, jitterMs: 5, direction: "both" }),
    latency({ delayMs: 1 }),
    blackhole("up"),
    refuse(),
    reset(),
    reset({ ongoing: true }),
    sever(),
    cutAfter({ bytes: 7 }),
    slice(3),
  ];
  for (const { kind, spec, detail, share } of toxics) {
    const again = toxicOf(toxicSpecSchema.parse(JSON.parse(JSON.stringify(spec))));
    assertEquals([again.kind, again.spec, again.detail, again.share], [kind, spec, detail, share]);
  }
  const kinds = toxicSpecSchema.options.map((option) => option.shape.kind.value);
  assertEquals(kinds.filter((kind) => !toxics.some((toxic) => toxic.kind === kind)), []);
});

Deno.test("openLinkHost: links live in the harness where the cell is on its loopback", async () => {
  await using runtime = await openTestRuntime();
  assertEquals(await openLinkHost(runtime.runtime, "hop"), HARNESS_LINKS);
});

Deno.test("a remote link's notes are in the history of its own recorder, with their own times", async () => {
  await using remote = await remoteHost();
  const recorder = memoryRecorder();
  const other = memoryRecorder();
  const dead = `127.0.0.1:${freePort()}`;
  const link = await remote.host.open({ name: "dead", target: dead, recorder });
  await remote.host.open({ name: "idle", target: dead, recorder: other });
  const beganT = recorder.now();
  assertEquals(await listen(link.address), "ECONNRESET");
  await eventually("the note", () => recorder.of("note").length === 1);
  const [note] = recorder.of("note");
  assertMatch(note?.text ?? "", /link dead: target 127\.0\.0\.1:\d+ did not take a connection/);
  assertEquals(note?.source, "fault");
  assert((note?.t ?? 0) >= beganT - 1 && (note?.t ?? 0) <= recorder.now() + 1, `${beganT} ${note?.t}`);
  assertEquals(other.events, []);
});

Deno.test("a remote link is retargeted, listens where it is told to, and is gone once closed", async () => {
  await using remote = await remoteHost();
  await using one = await greeter("one");
  await using two = await greeter("two");
  const port = freePort();
  const options = { name: "l", target: one.address, port, recorder: memoryRecorder() };
  const link = await remote.host.open(options);
  assertEquals([link.address, link.target], [`127.0.0.1:${port}`, one.address]);
  assertEquals(await listen(link.address), "one");
  await link.retarget(two.address);
  assertEquals([link.target, await listen(link.address)], [two.address, "two"]);
  assertEquals((await link.books()).accepted, 2);

  const twice = await assertRejects(() => remote.host.open(options), LinkProcessError);
  assertStringIncludes(twice.message, 'Cannot open link "l": there is one of that name');
  const taken = await assertRejects(() => remote.host.open({ ...options, name: "m" }), LinkProcessError);
  assertMatch(taken.message, /EADDRINUSE/);
  const nowhere = await assertRejects(() => remote.host.open({ ...options, name: "n", target: "nowhere" }));
  assertStringIncludes((nowhere as Error).message, 'not host:port: current value is "nowhere"');

  await link.close();
  await link.close();
  assertEquals(await listen(link.address), "ECONNREFUSED");
});

Deno.test("a remote fault is healed once, and the link of another name knows nothing of it", async () => {
  await using remote = await remoteHost();
  await using one = await greeter("one");
  const recorder = memoryRecorder();
  const [broken, sound] = await Promise.all(
    ["broken", "sound"].map((name) => remote.host.open({ name, target: one.address, recorder })),
  );
  assert(broken !== undefined && sound !== undefined);
  const armed = await broken.fault(refuse(), "named").inject();
  assertEquals(armed.name, "named");
  assertEquals(armed.detail, `new connections refused on link broken (${broken.address} to ${one.address})`);
  assertEquals([await listen(broken.address), await listen(sound.address)], ["ECONNREFUSED", "one"]);
  assertEquals((await armed.witness()).witnessed, true);
  await armed.heal();
  await armed.heal();
  assertEquals(await listen(broken.address), "one");
});

Deno.test("a link process that dies fails what is asked of it, at once and with its end in words", async () => {
  await using remote = await remoteHost();
  await using one = await greeter("one");
  const link = await remote.host.open({ name: "l", target: one.address, recorder: memoryRecorder() });
  const armed = await link.arm(blackhole("both"));
  await remote.process?.pause();
  const asked = assertRejects(() => armed.witness(), LinkProcessError);
  await remote.process?.kill();
  assertMatch((await asked).message, /"link-hop" has ended with SIGKILL, and its links with it/);
  await assertRejects(() => link.arm(sever()), LinkProcessError, "has ended with SIGKILL");
  await assertRejects(() => armed.heal(), LinkProcessError, "has ended with SIGKILL");
  await link.close();
});
