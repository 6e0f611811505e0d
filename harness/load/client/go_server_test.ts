/** The wire-level client against grpc-go. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createAuthority } from "../../control/authority.ts";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import type { CallRequest } from "../call.ts";
import { createGrpcClient } from "../grpc_client.ts";
import { startGoEchoServer } from "../testing/go_echo_server.ts";
import { callRaw, patternBytes } from "../testing/raw_call.ts";
import { openTlsSession } from "../tls_session.ts";
import { openHttp2Connection } from "./open_connection.ts";

const UNARY = "/meshproof.load.v1.Echo/Unary";

const request = (id: string, more: Partial<CallRequest> = {}): CallRequest => ({
  ...{ id, phase: "test", service: "echo", deadlineMs: 20_000 },
  ...more,
});

const wish = (text: string) => ["x-echo", text] as const;

Deno.test("Http2Connection makes unary calls of grpc-go, with metadata both ways and statuses", async () => {
  await using server = await startGoEchoServer();
  const connection = await openHttp2Connection({ address: server.address });
  const hello = new TextEncoder().encode("hello");
  const metadata = [wish("metadata"), ["header-a", "1"], ["header-b-bin", "AAEC"], [
    "trailer-c",
    "z",
  ]] as const;
  const answer = await callRaw(connection, { path: UNARY, messages: [hello], metadata });
  assertEquals([answer.status, answer.messages], ["OK", [hello]], answer.message);
  assertEquals([answer.headers["header-a"], answer.headers["header-b-bin"]], ["1", "AAEC"]);
  assertEquals(answer.trailers, { "trailer-c": "z" });

  const failed = await callRaw(connection, {
    path: "/any.Service/Any",
    messages: [hello],
    metadata: [wish("status=5")],
  });
  assertEquals([failed.status, failed.message, failed.messages], ["NOT_FOUND", "as wished: Zürich", []]);
  const late = await callRaw(connection, {
    ...{ path: UNARY, messages: [hello], metadata: [wish("delay=20s")] },
    timeoutMs: 30,
  });
  // Nobody here gave up: the server was told the deadline, and resets the stream or says so.
  assert(["CANCELLED", "DEADLINE_EXCEEDED"].includes(late.status), late.status);
  await connection.close();
  assertEquals(await server.stop(), 3);
});

Deno.test("Http2Connection streams 1,000 messages each way with grpc-go", async () => {
  await using server = await startGoEchoServer();
  const connection = await openHttp2Connection({ address: server.address });
  const many = Array.from({ length: 1_000 }, (_, index) => new TextEncoder().encode(`message ${index}`));
  const path = (method: string) => `/meshproof.load.v1.Echo/${method}`;
  const [down, up, both] = await Promise.all([
    callRaw(connection, {
      ...{ path: path("ServerStream"), messages: [many[7]!], metadata: [wish("messages=1000")] },
    }),
    callRaw(connection, { path: path("ClientStream"), messages: many }),
    callRaw(connection, { path: path("BidiStream"), messages: many }),
  ]);
  assertEquals([down.status, up.status, both.status], ["OK", "OK", "OK"]);
  assertEquals(down.messages, many.map(() => many[7]!));
  assertEquals(up.messages.map((bytes) => new TextDecoder().decode(bytes)), [
    many.map((_, index) => `message ${index}`).join(""),
  ]);
  assertEquals(both.messages, many);
  await connection.close();
});

Deno.test("Http2Connection keeps grpc-go's windows for messages of 4 MB, several at once, and its limit of streams", async () => {
  await using server = await startGoEchoServer({ flags: () => ["--max-concurrent-streams", "2"] });
  // Windows of our own that are smaller than a message: we have to give credit too.
  const connection = await openHttp2Connection({
    ...{ address: server.address, streamWindowBytes: 100_000, connectionWindowBytes: 150_000 },
  });
  assertEquals(connection.peer.maxConcurrentStreams, 2);
  const large = patternBytes(4 << 20);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => callRaw(connection, { path: UNARY, messages: [large] })),
  );
  for (const { status, messages: [echoed] } of answers) {
    assertEquals([status, echoed?.length], ["OK", large.length]);
    assert(echoed!.every((byte, index) => byte === large[index]), "what came back is what was sent");
  }
  await connection.close();
});

Deno.test("GrpcClient makes 100 calls at once of grpc-go over one connection", async () => {
  await using server = await startGoEchoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const results = await Promise.all(
    // The echo of a request read as an answer: `payload` and `instance` have the same number.
    Array.from({ length: 100 }, (_, index) => client.call(request(`call ${index}`, { payload: `${index}` }))),
  );
  assertEquals(results.filter(({ status, messages }) => status !== "OK" || messages !== 1), []);
});

Deno.test("GrpcClient cancels a call of grpc-go, and keeps its deadline, without harm to the others", async () => {
  await using server = await startGoEchoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const abort = new AbortController();
  const slow = { "x-echo": "delay=200ms" };
  const other = client.call(request("other", { headers: slow }));
  const cancelled = client.call(
    request("cancelled", { headers: { "x-echo": "delay=60s" }, signal: abort.signal }),
  );
  const late = client.call(request("late", { headers: { "x-echo": "delay=60s" }, deadlineMs: 40 }));
  assertEquals((await late).status, "DEADLINE_EXCEEDED");
  abort.abort();
  assertEquals((await cancelled).status, "CANCELLED");
  assertEquals((await other).status, "OK");
});

Deno.test("GrpcClient loses no call that grpc-go has accepted when that stops gracefully in mid-flight", async () => {
  await using server = await startGoEchoServer();
  const connection = await openHttp2Connection({ address: server.address });
  const calls = Array.from({ length: 50 }, () => {
    const metadata = [wish("delay=300ms")];
    return callRaw(connection, { path: UNARY, messages: [patternBytes(10)], metadata });
  });
  await connection.ping(); // read after the calls: by its answer they are accepted
  const stopped = server.stop();
  const { by, code } = await connection.ended;
  assertEquals([by, code], ["peer", 0]);
  const answers = await Promise.all(calls);
  assertEquals(answers.filter(({ status }) => status !== "OK"), []);
  assertEquals(connection.isOpen, false);
  assertEquals(await stopped, 50);
});

Deno.test("Http2Connection and TlsSession speak TLS and mutual TLS with grpc-go", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const [identity, own] = [await authority.issue("server"), await authority.issue("client")];
  const files = { "certificate.pem": identity.chain, "key.pem": identity.key, "roots.pem": authority.bundle };
  const flags = (
    folder: string,
  ) => ["--certificate", `${folder}/certificate.pem`, "--key", `${folder}/key.pem`];
  await using plain = await startGoEchoServer({ files, flags });
  await using mutual = await startGoEchoServer({
    files,
    flags: (folder) => [...flags(folder), "--client-ca", `${folder}/roots.pem`],
  });
  const large = patternBytes(300_000);
  for (const [{ address }, certificate] of [[plain, undefined], [mutual, own]] as const) {
    const connection = await openHttp2Connection({
      address,
      tls: { caCerts: [authority.bundle], ...(certificate === undefined ? {} : { certificate }) },
    });
    const { status, messages } = await callRaw(connection, { path: UNARY, messages: [large] });
    assertEquals([status, messages], ["OK", [large]]);
    await connection.close();
  }
  const peer = { address: mutual.address, trustBundle: authority.bundle };
  await using session = await openTlsSession({ ...peer, certificate: own }, memoryRecorder());
  assertEquals([session.peer.serial, session.peer.alpn], [identity.serial, "h2"]);
  const many = Array.from({ length: 100 }, (_, index) => session.call(request(`tls ${index}`)));
  assertEquals((await Promise.all(many)).filter(({ status }) => status !== "OK"), []);
  const payload = "0123456789".repeat(300_000);
  const echoed = await session.call(request("large", { payload }));
  assertEquals([echoed.status, echoed.messages], ["OK", 1]);

  // Without a certificate the handshake seems complete to a client of TLS 1.3: the call shows that it was refused.
  await using stranger = await openTlsSession(peer, memoryRecorder());
  const refused = await stranger.call(request("stranger"));
  assertEquals(refused.status, "UNAVAILABLE");
  assertNotEquals(refused.message, "");
});
