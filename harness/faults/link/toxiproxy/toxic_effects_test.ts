/** What each of Toxiproxy's toxics does to a real connection. Times are bounds from below only: machines are busy. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openEcho, openTestServer, type TestServer } from "./testing/open_server.ts";
import { connectTo, type Peer } from "./testing/peer.ts";

/** Timers are asked in whole milliseconds and counted in fractions of them. */
const ROUNDING_MS = 1;

/** A server with one proxy, `it`, in front of an echo server. */
async function withProxy(body: (open: TestServer, address: string) => Promise<void>): Promise<void> {
  using echo = openEcho();
  await using open = await openTestServer();
  const { body: proxy } = await open.request("POST", "/proxies", {
    name: "it",
    listen: "127.0.0.1:0",
    upstream: echo.address,
  });
  await body(open, proxy.listen);
}

async function add(open: TestServer, type: string, attributes: object, more: object = {}): Promise<string> {
  const { status, body } = await open.request("POST", "/proxies/it/toxics", { type, attributes, ...more });
  assertEquals(status, 200, JSON.stringify(body));
  return `/proxies/it/toxics/${body.name}`;
}

async function durationMs(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin + ROUNDING_MS;
}

/** What went up and down so far. */
async function traffic(open: TestServer): Promise<string> {
  const response = await fetch(`${open.url}/metrics`);
  return (await response.text()).split("\n").filter((line) => line.startsWith("toxiproxy_proxy_")).join("\n");
}

/** Waits until the counters say so many bytes. */
async function until(open: TestServer, counter: "received" | "sent", direction: string, bytes: number) {
  const wanted = new RegExp(`_${counter}_bytes_total{direction="${direction}".* ${bytes}$`, "m");
  while (!wanted.test(await traffic(open))) await new Promise((resolve) => setImmediate(resolve));
}

for (const stream of ["upstream", "downstream"]) {
  Deno.test(`latency ${stream} delays every exchange, can be changed on an open connection, and ends with the toxic`, () =>
    withProxy(async (open, address) => {
      using peer = await connectTo(address);
      await peer.exchange("warm");
      const path = await add(open, "latency", { latency: 40 }, { stream });
      assert(await durationMs(() => peer.exchange("slow")) >= 40);
      await open.request("POST", path, { attributes: { latency: 80 } });
      assert(await durationMs(() => peer.exchange("slower")) >= 80);
      await open.request("DELETE", path);
      const quickMs = Math.min(...[
        await durationMs(() => peer.exchange("quick")),
        await durationMs(() => peer.exchange("quick")),
        await durationMs(() => peer.exchange("quick")),
      ]);
      assert(quickMs < 40, `${quickMs} ms`);
    }));
}

Deno.test("bandwidth lets so many kilobytes through a second, and none at a rate of 0", () =>
  withProxy(async (open, address) => {
    using peer = await connectTo(address);
    const path = await add(open, "bandwidth", { rate: 20 });
    const text = "x".repeat(4000);
    assert(await durationMs(() => peer.exchange(text)) >= 150, "4000 bytes at 20 KB/s are 200 ms");
    await open.request("PATCH", path, { attributes: { rate: 0 } });
    await peer.send("held");
    await until(open, "received", "downstream", 4004);
    assert((await traffic(open)).includes("4000"), "none of the four bytes came out");
    await open.request("DELETE", path);
    assertEquals(await peer.read(4), "held");
  }));

Deno.test("slow_close passes bytes at once and the end of a connection late", () =>
  withProxy(async (open, address) => {
    using peer = await connectTo(address);
    await add(open, "slow_close", { delay: 60 });
    assertEquals(await peer.exchange("hello"), "hello");
    await peer.finish();
    assert(await durationMs(async () => assertEquals(await peer.ending(), "closed")) >= 60);
  }));

Deno.test("timeout drops what passes and closes the connection after its time", () =>
  withProxy(async (open, address) => {
    await add(open, "timeout", { timeout: 50 });
    using peer = await connectTo(address);
    const tookMs = await durationMs(async () =>
      assertEquals(await peer.sendAndReadAll("hello"), { text: "", ending: "closed" })
    );
    assert(tookMs >= 50, `${tookMs} ms`);
  }));

Deno.test("timeout of 0 drops what passes, and closes the connection when it is removed", () =>
  withProxy(async (open, address) => {
    using peer = await connectTo(address);
    assertEquals(await peer.exchange("before"), "before");
    const path = await add(open, "timeout", { timeout: 0 });
    await peer.send("lost");
    await until(open, "received", "downstream", 10);
    await open.request("DELETE", path);
    assertEquals(await peer.readAll(), { text: "", ending: "closed" });
  }));

for (const timeout of [0, 40]) {
  Deno.test(`reset_peer with a timeout of ${timeout} resets new connections, and those that are open already`, () =>
    withProxy(async (open, address) => {
      using old = await connectTo(address);
      assertEquals(await old.exchange("before"), "before");
      const path = await add(open, "reset_peer", { timeout });
      const struck = async (peer: Peer) =>
        assertEquals(await peer.sendAndReadAll("hello"), { text: "", ending: "reset" });
      assert(await durationMs(() => struck(old)) >= timeout);
      using young = await connectTo(address);
      assert(await durationMs(() => struck(young)) >= timeout);
      const { body: hits } = await open.request("GET", "/proxies/it/hits");
      assertEquals(hits.reset_peer_downstream.connections, 2);
      await open.request("DELETE", path);
      using next = await connectTo(address);
      assertEquals(await next.exchange("after"), "after");
    }));
}

Deno.test("slicer cuts what passes into small writes, apart from each other", () =>
  withProxy(async (open, address) => {
    await add(open, "slicer", { average_size: 2, size_variation: 1, delay: 10_000 });
    using peer = await connectTo(address);
    const tookMs = await durationMs(async () =>
      assertEquals(await peer.exchange("0123456789"), "0123456789")
    );
    assert(tookMs >= 30, `at least four pieces, 10 ms apart: ${tookMs} ms`);
    const { body: hits } = await open.request("GET", "/proxies/it/hits");
    assertEquals(hits.slicer_downstream.bytes, 10);
    assert(hits.slicer_downstream.pieces >= 4, JSON.stringify(hits));
  }));

Deno.test("limit_data closes a connection after so many bytes of its stream, and counts from the toxic's beginning", () =>
  withProxy(async (open, address) => {
    using old = await connectTo(address);
    assertEquals(await old.exchange("before"), "before");
    await add(open, "limit_data", { bytes: 3 }, { stream: "upstream" });
    using young = await connectTo(address);
    for (const peer of [old, young]) assertEquals((await peer.sendAndReadAll("hello")).ending, "closed");
    // Six before, and three of each.
    await until(open, "sent", "upstream", 12);
    await open.request("POST", "/reset");
    await add(open, "limit_data", { bytes: 4 });
    using cut = await connectTo(address);
    assertEquals(await cut.sendAndReadAll("hello"), { text: "hell", ending: "closed" });
  }));

Deno.test("noop leaves everything alone", () =>
  withProxy(async (open, address) => {
    await add(open, "noop", {});
    using peer = await connectTo(address);
    assertEquals(await peer.exchange("hello"), "hello");
  }));

Deno.test("a disabled proxy ends its connections and refuses new ones; enabled again it is at the same port with its toxics", () =>
  withProxy(async (open, address) => {
    await add(open, "limit_data", { bytes: 3 });
    using peer = await connectTo(address);
    assertEquals((await open.request("POST", "/proxies/it", { enabled: false })).body.enabled, false);
    assertEquals(await peer.ending(), "closed");
    await assertRejects(() => connectTo(address), Deno.errors.ConnectionRefused);
    const { body: proxy } = await open.request("PATCH", "/proxies/it", { enabled: true });
    assertEquals({ listen: proxy.listen, toxics: proxy.toxics.length }, { listen: address, toxics: 1 });
    using cut = await connectTo(address);
    assertEquals(await cut.sendAndReadAll("hello"), { text: "hel", ending: "closed" });
    await open.request("POST", "/proxies/it", { enabled: false });
    await open.request("POST", "/reset");
    using healed = await connectTo(address);
    assertEquals(await healed.exchange("hello"), "hello");
  }));

/** Which of so many connections a toxic of half a share strikes. */
async function struckBy(seed: number): Promise<boolean[]> {
  using echo = openEcho();
  await using open = await openTestServer({ seed });
  const { body: proxy } = await open.request("POST", "/proxies", {
    name: "it",
    listen: "127.0.0.1:0",
    upstream: echo.address,
  });
  await add(open, "limit_data", { bytes: 0 }, { toxicity: 0.5 });
  const struck: boolean[] = [];
  for (let count = 0; count < 24; count++) {
    using peer = await connectTo(proxy.listen);
    await peer.send("x");
    await peer.finish();
    struck.push((await peer.readAll()).text === "");
  }
  return struck;
}

Deno.test("toxicity strikes that share of connections, the same ones for the same seed", async () => {
  const first = await struckBy(1);
  const count = first.filter(Boolean).length;
  assert(count >= 4 && count <= 20, `${count} of 24`);
  assertEquals(await struckBy(1), first);
  assert(JSON.stringify(await struckBy(2)) !== JSON.stringify(first));
});
