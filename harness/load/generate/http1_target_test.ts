import { assert, assertEquals, assertRejects } from "@std/assert";
import { OUTCOME } from "../attempt.ts";
import { EndedAttempts } from "./ended_attempts.ts";
import { http1Head } from "./http1_head.ts";
import { type Http1TargetOptions, openHttp1Target } from "./http1_target.ts";
import { paceClosed } from "./pace.ts";
import { rememberingSink } from "./testing/remembering_sink.ts";
import { scriptedPeer } from "./testing/scripted_peer.ts";

const request = (path: string, method = "GET", body = "") => ({
  head: http1Head({ method, path, authority: "localhost", bodyBytes: body.length }),
  body: new TextEncoder().encode(body),
});
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async function open(options: Http1TargetOptions) {
  const sink = rememberingSink();
  const ended = new EndedAttempts(sink);
  return { sink, ended, target: await openHttp1Target(options, ended) };
}

/** Makes attempts one after the other, each when the one before it has ended. */
async function oneByOne(options: Http1TargetOptions, count: number, timeoutMs = 5000) {
  const { sink, ended, target } = await open(options);
  for (let index = 0; index < count; index++) {
    target.send(index, performance.now(), request(`/${index}`), timeoutMs);
    target.flush();
    await ended.until(index + 1);
  }
  await target[Symbol.asyncDispose]();
  return { sink, malformed: Object.fromEntries(target.malformed) };
}

Deno.test("an HTTP/1.1 target drives Deno.serve over connections that stay", async () => {
  const ports = new Set<number>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (asked, { remoteAddr }) => {
      ports.add(remoteAddr.port);
      const path = new URL(asked.url).pathname;
      if (path === "/stream") return new Response(ReadableStream.from([await asked.bytes()]));
      return new Response(await asked.text(), { status: path === "/bad" ? 500 : 200 });
    },
  );
  const { sink, ended, target } = await open({ address: `127.0.0.1:${server.addr.port}`, connections: 4 });
  const requests = [
    request("/", "POST", "abc"),
    request("/stream", "POST", "defg"),
    request("/bad"),
    request("/", "HEAD"),
  ];
  const planned = await paceClosed({
    target,
    ended,
    requestOf: (index) => requests[index % 4] ?? request("/"),
    timeoutMs: 5000,
    startT: performance.now(),
    concurrency: 8,
    requests: 400,
  });
  await target[Symbol.asyncDispose]();
  await server.shutdown();
  assertEquals([planned, sink.rows.length, ports.size], [400, 400, 4]);
  for (
    const [index = NaN, plannedT = NaN, sentT = NaN, firstByteT = NaN, endT = NaN, outcome, code, bytes]
      of sink.rows
  ) {
    assertEquals(
      [outcome, code, bytes],
      [
        [OUTCOME.ok, 200, 3],
        [OUTCOME.ok, 200, 4],
        [OUTCOME.status, 500, 0],
        [OUTCOME.ok, 200, 0],
      ][index % 4],
    );
    assert(plannedT <= sentT && sentT <= firstByteT && firstByteT <= endT);
  }
});

Deno.test("an HTTP/1.1 target opens a connection again that the peer ends, at once or after an answer", async () => {
  await using peer = scriptedPeer((_, connection) =>
    connection === 0
      ? [OK.replace("\r\n", "\r\nconnection: close\r\n")]
      : connection === 1
      ? [OK, undefined]
      : [OK]
  );
  const { sink } = await oneByOne({ address: peer.address }, 3);
  assertEquals(sink.outcomes[0], OUTCOME.ok);
  assertEquals(sink.outcomes[1], OUTCOME.ok);
  assert(peer.received.length >= 2);
});

Deno.test("an HTTP/1.1 target counts what is malformed, and the attempt ends as reset", async () => {
  const answers = [
    "SSH-2.0\r\n\r\n",
    OK.replace(": 2", ": x"),
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n?\r\n",
  ];
  await using peer = scriptedPeer((_, connection) => [answers[connection] ?? OK]);
  const outcomes: number[] = [];
  const counted: Record<string, number> = {};
  const { sink, ended, target } = await open({ address: peer.address });
  for (let index = 0; outcomes.length === 0 || outcomes.at(-1) !== OUTCOME.ok; index++) {
    target.send(index, performance.now(), request("/"), 5000);
    target.flush();
    await ended.until(index + 1);
    outcomes.push(sink.outcomes[index] ?? NaN);
    // After a connection without an answer the next one is not tried at once.
    if (outcomes.at(-1) === OUTCOME.refused) await new Promise((resolve) => setImmediate(resolve));
  }
  await target[Symbol.asyncDispose]();
  Object.assign(counted, Object.fromEntries(target.malformed));
  assertEquals(outcomes.filter((outcome) => outcome === OUTCOME.reset).length, 3);
  assertEquals(counted, {
    "no status line": 1,
    "a content-length that is no number, or two of them": 1,
    "a chunk without a size": 1,
  });
});

Deno.test("an HTTP/1.1 target tells an answer that is cut off from one that ends with the connection", async () => {
  await using cut = scriptedPeer(() => [OK.slice(0, -1), undefined]);
  assertEquals((await oneByOne({ address: cut.address }, 1)).sink.outcomes, [OUTCOME.reset]);
  await using whole = scriptedPeer(() => ["HTTP/1.0 200 OK\r\n\r\nall", " of it", undefined]);
  const { sink } = await oneByOne({ address: whole.address }, 1);
  assertEquals(sink.rows[0]?.slice(5), [OUTCOME.ok, 200, 9]);
});

Deno.test("an HTTP/1.1 target takes no bytes for an answer that nobody asked for", async () => {
  await using peer = scriptedPeer((_, connection) =>
    connection === 0 ? [OK + OK.replace("200", "500")] : [OK]
  );
  const { sink } = await oneByOne({ address: peer.address }, 1);
  assertEquals(sink.outcomes, [OUTCOME.ok]);
});

Deno.test("an HTTP/1.1 target ends an attempt in time, on the wire and while it waits for a connection", async () => {
  await using peer = scriptedPeer(() => []);
  const { sink, ended, target } = await open({ address: peer.address });
  for (let index = 0; index < 3; index++) target.send(index, performance.now(), request("/"), 30);
  target.flush();
  assertEquals(target.inFlight, 3);
  await ended.until(3);
  assertEquals(sink.outcomes, [OUTCOME.timeout, OUTCOME.timeout, OUTCOME.timeout]);
  await target[Symbol.asyncDispose]();
  assertEquals(target.inFlight, 0);
});

Deno.test("an HTTP/1.1 target says refused while nobody takes its connection", async () => {
  const peer = scriptedPeer(() => [OK]);
  const { sink, ended, target } = await open({ address: peer.address });
  await peer[Symbol.asyncDispose]();
  let index = 0;
  do {
    target.send(index, performance.now(), request("/"), 5000);
    target.flush();
    await ended.until(++index);
  } while (sink.outcomes.at(-1) !== OUTCOME.refused);
  await target[Symbol.asyncDispose]();
  assert(sink.outcomes.every((outcome) => outcome === OUTCOME.refused || outcome === OUTCOME.reset));
  await assertRejects(() => open({ address: peer.address }), Deno.errors.ConnectionRefused);
});

Deno.test("an HTTP/1.1 target that is disposed cancels what is sent and what waits, once", async () => {
  await using peer = scriptedPeer(() => []);
  const { sink, target } = await open({ address: peer.address });
  for (let index = 0; index < 2; index++) target.send(index, performance.now(), request("/"), 5000);
  target.flush();
  await target[Symbol.asyncDispose]();
  assertEquals(sink.outcomes, [OUTCOME.cancelled, OUTCOME.cancelled]);
  assertEquals(sink.rows.length, 2);
});
