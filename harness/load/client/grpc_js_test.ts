/** The wire-level client against grpc-js; `grpc_client_test.ts` has more of it. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import * as grpc from "../../runtime/grpc.ts";
import { callRaw, patternBytes } from "../testing/raw_call.ts";
import { openHttp2Connection } from "./open_connection.ts";

const RAW = {
  requestSerialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

/** Echoes: `Unary` at once, or when it is released where the call has `x-hold`; `Bidi` each message. */
async function echoServer() {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": 64 << 20,
    "grpc.max_send_message_length": 64 << 20,
  });
  const held: (() => void)[] = [];
  const unary = (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
    const answer = () => {
      const headers = new grpc.Metadata();
      for (const value of call.metadata.get("echo-bin")) headers.set("echo-bin", value);
      call.sendMetadata(headers);
      reply(null, call.request);
    };
    if (call.metadata.get("x-hold").length > 0) held.push(answer);
    else answer();
  };
  const bidi = (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
    call.on("data", (message: Buffer) => call.write(message));
    call.on("end", () => call.end());
  };
  server.addService({
    Unary: { path: "/x.Echo/Unary", requestStream: false, responseStream: false, ...RAW },
    Bidi: { path: "/x.Echo/Bidi", requestStream: true, responseStream: true, ...RAW },
  }, { Unary: unary, Bidi: bidi } as unknown as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  return {
    address: `127.0.0.1:${port}`,
    held,
    /** Takes no more calls, and lets those that there are end. Its callback never comes under Deno. */
    stop: () => server.tryShutdown(() => {}),
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}

Deno.test("Http2Connection has calls of grpc-js of 4 MB, 1,000 messages each way and binary metadata", async () => {
  using server = await echoServer();
  const connection = await openHttp2Connection({ address: server.address });
  const large = patternBytes(4 << 20);
  const many = Array.from({ length: 1_000 }, (_, index) => new TextEncoder().encode(`message ${index}`));
  const [unary, both] = await Promise.all([
    callRaw(connection, { path: "/x.Echo/Unary", messages: [large], metadata: [["echo-bin", "AAEC"]] }),
    callRaw(connection, { path: "/x.Echo/Bidi", messages: many }),
  ]);
  assertEquals([unary.status, both.status], ["OK", "OK"]);
  assertEquals(unary.messages, [large]);
  assertEquals(unary.headers["echo-bin"], "AAEC");
  assertEquals(both.messages, many);
  await connection.close();
});

Deno.test("Http2Connection loses no call that grpc-js has accepted when that stops gracefully in mid-flight", async () => {
  using server = await echoServer();
  const connection = await openHttp2Connection({ address: server.address });
  const calls = Array.from({ length: 50 }, () => {
    return callRaw(connection, {
      path: "/x.Echo/Unary",
      messages: [patternBytes(10)],
      metadata: [["x-hold", "1"]],
    });
  });
  while (server.held.length < 50) await new Promise((resolve) => setImmediate(resolve));
  server.stop();
  while (connection.isOpen) await new Promise((resolve) => setImmediate(resolve));
  for (const answer of server.held) answer();
  assertEquals((await Promise.all(calls)).filter(({ status }) => status !== "OK"), []);
  const { code, by } = await connection.ended;
  assertEquals([code, by], [0, "peer"]);
});
