import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import * as grpc from "../../runtime/grpc.ts";
import { STATUS } from "../../model/grpc_status.ts";
import { frameMessage } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { OUTCOME } from "../attempt.ts";
import { rememberingSink } from "../generate/testing/remembering_sink.ts";
import type { LoadTarget, PreparedRequest } from "../target.ts";
import { startGoEchoServer } from "../testing/go_echo_server.ts";
import { patternBytes } from "../testing/raw_call.ts";
import { grpcHead } from "./grpc_head.ts";
import { openStreamingTarget } from "./streaming_target.ts";

const MESSAGES = 50;
const MESSAGE_BYTES = 200;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function prepared(path: string, metadata: readonly HeaderField[] = []): PreparedRequest {
  const message = frameMessage(patternBytes(MESSAGE_BYTES));
  const body = new Uint8Array(MESSAGES * message.length);
  for (let index = 0; index < MESSAGES; index++) body.set(message, index * message.length);
  return { head: grpcHead({ path, authority: "localhost", metadata }), body };
}

async function drive(
  target: LoadTarget,
  requests: readonly PreparedRequest[],
  timeoutMs = 20_000,
): Promise<void> {
  for (const [index, request] of requests.entries()) {
    target.send(index, performance.now(), request, timeoutMs);
  }
  target.flush();
  while (target.inFlight > 0) await turn();
}

Deno.test("StreamingTarget drives client streams of grpc-go, each with one outcome by its status", async () => {
  await using server = await startGoEchoServer();
  const sink = rememberingSink();
  await using target = await openStreamingTarget({ address: server.address, pace: "at once" }, sink);
  const path = "/meshproof.load.v1.Echo/ClientStream";
  const [fine, failing] = [prepared(path), prepared(path, [["x-echo", "status=9"]])];
  const wrongKind = prepared("/meshproof.load.v1.Echo/BidiStream");
  await drive(target, Array.from({ length: 30 }, (_, index) => [fine, failing, wrongKind][index % 3]!));
  for (const [index, _planned, sentT, firstT, endT, outcome, code, bytes] of sink.rows) {
    const expected = [
      [OUTCOME.ok, STATUS.OK, MESSAGES * MESSAGE_BYTES], // all that was sent, joined in one message
      [OUTCOME.status, STATUS.FAILED_PRECONDITION, 0],
      [OUTCOME.status, STATUS.INTERNAL, MESSAGES * MESSAGE_BYTES], // many messages where there must be one
    ][index! % 3];
    assertEquals([outcome, code, bytes], expected, `attempt ${index}`);
    assertEquals([sentT! <= firstT!, firstT! <= endT!], [true, true]);
  }
  assertEquals(sink.rows.length, 30);
});

Deno.test("StreamingTarget drives conversations with grpc-go, ends those that are late, and goes on", async () => {
  await using server = await startGoEchoServer();
  const sink = rememberingSink();
  await using target = await openStreamingTarget(
    { address: server.address, pace: "in turn", connections: 2 },
    sink,
  );
  const path = "/meshproof.load.v1.Echo/BidiStream";
  await drive(target, Array.from({ length: 10 }, () => prepared(path)));
  assertEquals(
    sink.rows.map((row) => [row[5], row[7]]),
    Array(10).fill([OUTCOME.ok, MESSAGES * MESSAGE_BYTES]),
  );
  target.send(10, performance.now(), prepared(path, [["x-echo", "delay=60s"]]), 30);
  target.send(11, performance.now(), prepared(path), 20_000);
  target.flush();
  while (target.inFlight > 0) await turn();
  assertEquals([sink.outcomes[10], sink.outcomes[11]], [OUTCOME.timeout, OUTCOME.ok]);
});

Deno.test("StreamingTarget in turn sends no message before its predecessor is answered", async () => {
  const raw = { requestSerialize: (bytes: Buffer) => bytes, responseSerialize: (bytes: Buffer) => bytes };
  const log: string[] = [];
  const server = new grpc.Server();
  server.addService(
    {
      Talk: {
        ...{ path: "/x.Y/Talk", requestStream: true, responseStream: true, ...raw },
        ...{ requestDeserialize: (bytes: Buffer) => bytes, responseDeserialize: (bytes: Buffer) => bytes },
      },
    },
    {
      Talk: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
        call.on("data", async (message: Buffer) => {
          log.push("asked");
          for (let count = 0; count < 5; count++) await turn(); // whoever does not wait would be heard
          log.push("answered");
          call.write(message);
          if (log.length === 2 * MESSAGES) call.end();
        });
      },
    } as unknown as grpc.UntypedServiceImplementation,
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  const sink = rememberingSink();
  {
    await using target = await openStreamingTarget({ address: `127.0.0.1:${port}`, pace: "in turn" }, sink);
    await drive(target, [prepared("/x.Y/Talk")]);
  }
  server.forceShutdown();
  assertEquals(sink.outcomes, [OUTCOME.ok]);
  assertEquals(log, Array.from({ length: MESSAGES }, () => ["asked", "answered"]).flat());
});

Deno.test("StreamingTarget refuses a body that is not whole messages, and nothing is left in flight", async () => {
  await using server = await startGoEchoServer();
  await using target = await openStreamingTarget(
    { address: server.address, pace: "at once" },
    rememberingSink(),
  );
  const request = { head: prepared("/x.Y/Z").head, body: new Uint8Array(3) };
  assertThrows(() => target.send(0, performance.now(), request, 1_000), RangeError, "whole gRPC messages");
  assertEquals(target.inFlight, 0);
});
