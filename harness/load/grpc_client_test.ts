import { assert, assertEquals, assertMatch } from "@std/assert";
import * as grpc from "../runtime/grpc.ts";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import type { CallRequest } from "./call.ts";
import { decodeEchoRequest, encodeEchoResponse } from "./echo_schema.ts";
import { createGrpcClient } from "./grpc_client.ts";

/** An echo service on grpc-js: `rpc-behavior` may be `fail`, `hang` or `drop`. */
async function echoServer() {
  const requests: { metadata: grpc.Metadata; payload: string }[] = [];
  let cancelled = 0;
  const server = new grpc.Server();
  const raw = {
    requestSerialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
  const answer = (payload: string) =>
    encodeEchoResponse({ instance: "echo-1", service: "echo", payload }) as Buffer;
  const onCall = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
    const { payload } = decodeEchoRequest(call.request);
    requests.push({ metadata: call.metadata, payload: payload ?? "" });
    call.on("cancelled", () => cancelled++);
    const behaviour = String(call.metadata.get("rpc-behavior")[0] ?? "");
    const named = new grpc.Metadata();
    named.set("x-meshproof-instance", "echo-1");
    if (behaviour === "hang") return;
    if (behaviour === "fail") {
      return reply({ code: grpc.status.NOT_FOUND, details: "no such thing", metadata: named });
    }
    call.sendMetadata(named);
    reply(null, answer(payload ?? ""));
  };
  const onStream = (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
    const { messages } = decodeEchoRequest(call.request);
    for (let count = 0; count < (messages ?? 0); count++) call.write(answer(String(count)));
    call.end();
  };
  server.addService({
    Call: { path: "/meshproof.v1.Echo/Call", requestStream: false, responseStream: false, ...raw },
    Stream: { path: "/meshproof.v1.Echo/Stream", requestStream: false, responseStream: true, ...raw },
  }, { Call: onCall, Stream: onStream } as unknown as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  return {
    address: `127.0.0.1:${port}`,
    requests,
    cancelled: () => cancelled,
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}

const request = (id: string, more: Partial<CallRequest> = {}): CallRequest => ({
  id,
  phase: "test",
  service: "echo",
  deadlineMs: 5000,
  ...more,
});

Deno.test("GrpcClient.call gives the answer, and writes both ends of the call to the ledger", async () => {
  using server = await echoServer();
  const recorder = memoryRecorder();
  using client = createGrpcClient({ address: server.address, recorder });

  const result = await client.call(
    request("a", { payload: "hello", headers: { "X-Deployment": "canary" }, plannedT: 1.5 }),
  );

  assertEquals(result.status, "OK", result.message);
  assertEquals(result.instance, "echo-1");
  assertEquals(result.service, "echo");
  assertEquals(result.messages, 1);
  assert(result.answeredT >= result.sentT);
  assertEquals(server.requests[0]?.payload, "hello");
  assertEquals(server.requests[0]?.metadata.get("x-meshproof-id"), ["a"]);
  assertEquals(server.requests[0]?.metadata.get("x-deployment"), ["canary"]);
  assertEquals(recorder.events.map((event) => event.kind), ["request.sent", "request.answered"]);
  const sent = recorder.of("request.sent")[0];
  assertEquals(sent?.plannedT, 1.5);
  assertEquals(sent?.t, result.sentT);
  assertEquals(sent?.headers["x-deployment"], "canary");
  assertEquals(sent?.traceId, undefined);
  const answered = recorder.of("request.answered")[0];
  assertEquals(answered?.instance, "echo-1");
  assertEquals(answered?.t, result.answeredT);
});

Deno.test("GrpcClient.call names the instance of a trailers-only error", async () => {
  using server = await echoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const result = await client.call(request("a", { behaviour: "fail" }));
  assertEquals(result.status, "NOT_FOUND");
  assertEquals(result.message, "no such thing");
  assertEquals(result.instance, "echo-1");
  assertEquals(result.messages, 0);
});

Deno.test("GrpcClient.call with trace sends the span that it records", async () => {
  using server = await echoServer();
  const recorder = memoryRecorder();
  using client = createGrpcClient({ address: server.address, recorder });
  await client.call(request("a", { trace: true, behaviour: "fail" }));

  const span = recorder.of("span")[0];
  if (span === undefined) throw new Error("no span was recorded");
  assertMatch(span.traceId, /^[0-9a-f]{32}$/);
  assertMatch(span.spanId, /^[0-9a-f]{16}$/);
  assertEquals(server.requests[0]?.metadata.get("traceparent"), [`00-${span.traceId}-${span.spanId}-01`]);
  const sent = recorder.of("request.sent")[0];
  assertEquals([sent?.traceId, sent?.spanId], [span.traceId, span.spanId]);
  assertEquals([span.parentSpanId, span.serviceName, span.spanKind, span.status], [
    "",
    "client",
    "client",
    "error",
  ]);
  assertEquals(span.attributes["meshproof.id"], "a");
});

Deno.test("GrpcClient.call sends a traceparent that it is given as it is", async () => {
  using server = await echoServer();
  const recorder = memoryRecorder();
  using client = createGrpcClient({ address: server.address, recorder });
  const result = await client.call(request("a", { headers: { traceparent: "00-malformed-01" } }));
  assertEquals(result.status, "OK", result.message);
  assertEquals(server.requests[0]?.metadata.get("traceparent"), ["00-malformed-01"]);
  assertEquals(recorder.of("span"), []);
});

Deno.test("GrpcClient.call ends at its deadline as DEADLINE_EXCEEDED", async () => {
  using server = await echoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const result = await client.call(request("a", { behaviour: "hang", deadlineMs: 80 }));
  assertEquals(result.status, "DEADLINE_EXCEEDED");
  assert(result.answeredT - result.sentT >= 75, `ended after ${result.answeredT - result.sentT} ms`);
});

Deno.test("GrpcClient.call is cancelled by its signal, also before it is sent", async () => {
  using server = await echoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const abort = new AbortController();
  const call = client.call(request("a", { behaviour: "hang", signal: abort.signal }));
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  assertEquals((await call).status, "CANCELLED");
  while (server.cancelled() === 0) await new Promise((resolve) => setImmediate(resolve));
  assertEquals((await client.call(request("b", { signal: AbortSignal.abort() }))).status, "CANCELLED");
});

Deno.test("GrpcClient.call of Stream counts every message before its end", async () => {
  using server = await echoServer();
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const counts: number[] = [];
  const result = await client.call(
    request("a", { method: "Stream", messages: 100, onMessage: (count) => counts.push(count) }),
  );
  assertEquals(result.status, "OK", result.message);
  assertEquals(result.messages, 100);
  assertEquals(counts, Array.from({ length: 100 }, (_, index) => index + 1));
});

Deno.test("GrpcClient.call gives UNAVAILABLE for a refused connection, and the next call finds the port that listens by then", async () => {
  const held = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = held.addr.port;
  held.close();
  using client = createGrpcClient({ address: `127.0.0.1:${port}`, recorder: memoryRecorder() });
  const refused = await client.call(request("a"));
  assertEquals(refused.status, "UNAVAILABLE");
  assertEquals(refused.instance, "");

  const server = new grpc.Server();
  await new Promise((resolve, reject) =>
    server.bindAsync(
      `127.0.0.1:${port}`,
      grpc.ServerCredentials.createInsecure(),
      (error) => error === null ? resolve(port) : reject(error),
    )
  );
  const { status } = await client.call(request("b"));
  server.forceShutdown();
  assertEquals(status, "UNIMPLEMENTED"); // a real answer: this server has no such method
});

Deno.test("GrpcClient.call resolves with INTERNAL for metadata that gRPC cannot carry", async () => {
  using server = await echoServer();
  const recorder = memoryRecorder();
  using client = createGrpcClient({ address: server.address, recorder });
  const result = await client.call(request("a", { headers: { "bad name": "x" } }));
  assertEquals(result.status, "INTERNAL");
  assertMatch(result.message, /bad name/);
  assertEquals(recorder.of("request.answered").length, 1);
});

Deno.test("GrpcClient.call fails at once after the client was closed", async () => {
  using server = await echoServer();
  const client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  client.close();
  const result = await client.call(request("a"));
  assertEquals(result.status, "UNAVAILABLE");
});
