import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { memoryRecorder } from "../../../observe/testing/memory_recorder.ts";
import { openToxiproxyServer } from "./server.ts";
import { openEcho, openTestServer, type TestServer } from "./testing/open_server.ts";
import { connectTo } from "./testing/peer.ts";

/** A proxy on a port of its own. @returns Where it listens. */
async function proxied(open: TestServer, name: string, upstream: string, more: object = {}): Promise<string> {
  const { status, body } = await open.request("POST", "/proxies", {
    name,
    listen: "127.0.0.1:0",
    upstream,
    ...more,
  });
  assertEquals(status, 201, JSON.stringify(body));
  return body.listen;
}

Deno.test("toxics of the field arm are in force before the first connection, and none is made where one of them is wrong", async () => {
  using echo = openEcho();
  await using open = await openTestServer();
  const address = await proxied(open, "it", echo.address, {
    arm: [{ type: "limit_data", attributes: { bytes: 2 } }],
  });
  using peer = await connectTo(address);
  assertEquals(await peer.sendAndReadAll("hello"), { text: "he", ending: "closed" });
  const wrong = { name: "x", upstream: echo.address, arm: [{ type: "nonsense" }] };
  assertEquals((await open.request("POST", "/proxies", wrong)).status, 400);
  assertEquals(Object.keys((await open.request("GET", "/proxies")).body), ["it"]);
});

Deno.test("the link's own toxics have types of their own, whose parameters GET /toxics lists", async () => {
  using echo = openEcho();
  await using open = await openTestServer();
  const address = await proxied(open, "it", echo.address);
  const { body: types } = await open.request("GET", "/toxics");
  const blackhole = types.find((each: { type: string }) => each.type === "meshproof_blackhole");
  assertEquals(blackhole.attributes.properties, {
    direction: { type: "string", enum: ["up", "down", "both"] },
  });

  const add = (type: string, attributes: object, more: object = {}) =>
    open.request("POST", "/proxies/it/toxics", { type, attributes, ...more });
  assertEquals((await add("meshproof_blackhole", {}, { name: "hole", stream: "upstream" })).status, 200);
  using peer = await connectTo(address);
  await peer.send("held");
  await open.request("DELETE", "/proxies/it/toxics/hole");
  assertEquals(await peer.read(4), "held");

  const { body: made } = await add("meshproof_slice", { maxBytes: 1, direction: "both" }, { toxicity: 1 });
  assertEquals(made.attributes, { maxBytes: 1, direction: "both" });
  assertEquals(await peer.exchange("abc"), "abc");
  const { body: hits } = await open.request("GET", "/proxies/it/hits");
  assertEquals(hits.meshproof_slice_downstream.pieces, 6);

  const { status, body } = await add("meshproof_slice", { maxBytes: 0 }, { name: "wrong" });
  assertEquals(status, 400);
  assertMatch(body.error, /^bad request body: attributes\.maxBytes: /);
  const refused = await add("meshproof_refuse", {}, { toxicity: 0.5 });
  assertEquals(refused.status, 400);
  assertMatch(refused.body.error, /^toxicity: expected 1, as meshproof_refuse has no share, found 0.5/);
});

Deno.test("a toxic that the proxy's protocol cannot do is refused, and leaves the proxy as it was", async () => {
  await using open = await openTestServer();
  await proxied(open, "it", "127.0.0.1:9");
  const rules = [{ name: "r", action: { kind: "abort", grpcStatus: "UNAVAILABLE" } }];
  const toxic = { type: "meshproof_http2", attributes: { rules } };
  const { status, body } = await open.request("POST", "/proxies/it/toxics", toxic);
  assertEquals(status, 400);
  assertStringIncludes(body.error, "http2");
  assertEquals((await open.request("GET", "/proxies/it")).body.toxics, []);
  await proxied(open, "h2", "127.0.0.1:9", { protocol: "http2" });
  assertEquals((await open.request("POST", "/proxies/h2/toxics", toxic)).status, 200);
});

Deno.test("requests about one proxy, sent side by side, are done one after the other", async () => {
  await using open = await openTestServer();
  const creations = await Promise.all(
    Array.from(
      { length: 10 },
      () => open.request("POST", "/proxies", { name: "it", listen: "127.0.0.1:0", upstream: "127.0.0.1:9" }),
    ),
  );
  assertEquals(creations.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)]);
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, index) => open.request("POST", "/proxies/it", { enabled: index % 2 === 0 }),
    ),
  );
  const { body: last } = await open.request("POST", "/proxies/it", { enabled: true });
  assertEquals(last.listen, creations.find(({ status }) => status === 201)?.body.listen);
  const additions = await Promise.all(
    Array.from({ length: 10 }, () => open.request("POST", "/proxies/it/toxics", { type: "latency" })),
  );
  assertEquals(additions.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)]);
});

Deno.test("metrics and hits go on counting over a proxy that is disabled and enabled again", async () => {
  using echo = openEcho();
  await using open = await openTestServer();
  const address = await proxied(open, "it", echo.address, {
    arm: [{ type: "latency", name: "late", attributes: { latency: 1 } }],
  });
  for (const text of ["first", "second"]) {
    using peer = await connectTo(address);
    await peer.exchange(text);
    await open.request("POST", "/proxies/it", { enabled: false });
    await open.request("POST", "/proxies/it", { enabled: true });
  }
  const labels = `proxy="it",listener="${address}",upstream="${echo.address}"`;
  const response = await fetch(`${open.url}/metrics`);
  assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const [counter, direction] of [["received", "upstream"], ["sent", "downstream"]]) {
    assertStringIncludes(
      text,
      `toxiproxy_proxy_${counter}_bytes_total{direction="${direction}",${labels}} 11\n`,
    );
  }
  assertStringIncludes(text, `meshproof_link_connections_total{${labels}} 2\n`);
  const { body: hits } = await open.request("GET", "/proxies/it/hits");
  assertEquals(hits, { late: { connections: 2, bytes: 11, pieces: 2, strikes: 2 } });
});

Deno.test("a body that is longer than 1 MiB is refused with 413, and a browser with 403", async () => {
  await using open = await openTestServer();
  const long = await open.request("POST", "/proxies", { name: "x".repeat(1 << 20), upstream: "127.0.0.1:9" });
  assertEquals(long.status, 413);
  const browser = await fetch(`${open.url}/proxies`, { headers: { "user-agent": "Mozilla/5.0 (X11)" } });
  assertEquals(browser.status, 403);
  assertMatch((await browser.json()).error, /^User agent not allowed/);
});

Deno.test("a listener that is taken is told with 500 at once, and by update leaves the proxy disabled", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listen = `127.0.0.1:${taken.addr.port}`;
  await using open = await openTestServer();
  const { status, body } = await open.request("POST", "/proxies", {
    name: "x",
    listen,
    upstream: "127.0.0.1:9",
  });
  assertEquals(status, 500);
  assert(body.error.startsWith(`listen tcp ${listen}: `), body.error);
  await proxied(open, "it", "127.0.0.1:9");
  assertEquals((await open.request("POST", "/proxies/it", { listen })).status, 500);
  assertEquals((await open.request("GET", "/proxies/it")).body.enabled, false);
});

/** The RST may come so soon that it is the connecting that fails. */
async function endsWithoutBytes(address: string): Promise<void> {
  try {
    using peer = await connectTo(address);
    assertEquals((await peer.readAll()).text, "");
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

Deno.test("an upstream that cannot be reached ends the connection and is noted once; the proxy lives on", async () => {
  await using open = await openTestServer();
  // Neither does anybody listen on the one, nor may a test connect to the other.
  for (const [name, upstream] of [["dead", "127.0.0.1:9"], ["forbidden", "192.0.2.1:9"]] as const) {
    const address = await proxied(open, name, upstream);
    for (let count = 0; count < 2; count++) await endsWithoutBytes(address);
    const notes = open.recorder.of("note").filter(({ text }) => text.startsWith(`link ${name}: `));
    assertEquals(notes.length, 1, JSON.stringify(open.recorder.events));
  }
});

Deno.test("openToxiproxyServer leaves nothing behind when it cannot listen, or an initial proxy cannot", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const recorder = memoryRecorder();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const listen = `127.0.0.1:${free.addr.port}`;
  free.close();
  const proxy = (at: string) => ({ name: at, listen: at, upstream: "127.0.0.1:9", arm: [] });
  const options = { recorder, seed: 1, allowRemote: false, protocol: "tcp" as const };
  await assertRejects(
    () => openToxiproxyServer({ ...options, port: taken.addr.port, initial: [proxy(listen) as never] }),
    Error,
    "for the HTTP API",
  );
  await assertRejects(() => connectTo(listen), Deno.errors.ConnectionRefused);
});

Deno.test("close ends the proxies also while a client has sent half a request and says no more", async () => {
  const open = await openTestServer();
  const address = await proxied(open, "it", "127.0.0.1:9");
  using stalled = await connectTo(open.server.address);
  await stalled.send("POST /proxies HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
  // An answer on another connection: the first request has been read by then.
  await open.request("GET", "/version");
  await open.server.close();
  await assertRejects(() => connectTo(address), Deno.errors.ConnectionRefused);
  assertEquals((await stalled.readAll()).text, "");
});
