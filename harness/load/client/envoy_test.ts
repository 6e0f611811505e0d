/** The wire-level client against Envoy, which has grpc-go behind it. */
import { assertEquals } from "@std/assert";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { createGrpcClient } from "../grpc_client.ts";
import { startEnvoyInFront } from "../testing/envoy_in_front.ts";
import { startGoEchoServer } from "../testing/go_echo_server.ts";
import { callRaw, patternBytes } from "../testing/raw_call.ts";
import { openHttp2Connection } from "./open_connection.ts";

const path = (method: string) => `/meshproof.load.v1.Echo/${method}`;

Deno.test("Http2Connection makes calls of all kinds through Envoy, of 4 MB too", async () => {
  await using server = await startGoEchoServer();
  await using envoy = await startEnvoyInFront(server.address);
  const connection = await openHttp2Connection({ address: envoy.address });
  const large = patternBytes(4 << 20);
  const many = Array.from({ length: 1_000 }, (_, index) => new TextEncoder().encode(`message ${index}`));
  const metadata = [["x-echo", "metadata"], ["header-a-bin", "AAEC"], ["trailer-b", "z"]] as const;
  const [unary, down, both] = await Promise.all([
    callRaw(connection, { path: path("Unary"), messages: [large], metadata }),
    callRaw(connection, {
      ...{ path: path("ServerStream"), messages: [many[7]!], metadata: [["x-echo", "messages=1000"]] },
    }),
    callRaw(connection, { path: path("BidiStream"), messages: many }),
  ]);
  assertEquals([unary.status, unary.headers["header-a-bin"], unary.trailers["trailer-b"]], [
    "OK",
    "AAEC",
    "z",
  ]);
  assertEquals(unary.messages, [large]);
  assertEquals([down.status, down.messages.length], ["OK", 1_000]);
  assertEquals([both.status, both.messages], ["OK", many]);
  await connection.close();
});

Deno.test("GrpcClient has 100 calls at once, a deadline, a cancelled call and statuses through Envoy", async () => {
  await using server = await startGoEchoServer();
  await using envoy = await startEnvoyInFront(server.address);
  using client = createGrpcClient({ address: envoy.address, recorder: memoryRecorder() });
  const call = (id: string, wish: string, more: { deadlineMs?: number; signal?: AbortSignal } = {}) =>
    client.call({
      id,
      phase: "test",
      service: "echo",
      deadlineMs: 20_000,
      headers: { "x-echo": wish },
      ...more,
    });
  const many = await Promise.all(
    Array.from({ length: 100 }, (_, index) => call(`call ${index}`, "metadata")),
  );
  assertEquals(many.filter(({ status }) => status !== "OK"), []);
  const failed = await call("failed", "status=9");
  assertEquals([failed.status, failed.message], ["FAILED_PRECONDITION", "as wished: Zürich"]);
  assertEquals((await call("late", "delay=60s", { deadlineMs: 50 })).status, "DEADLINE_EXCEEDED");
  const abort = new AbortController();
  const cancelled = call("cancelled", "delay=60s", { signal: abort.signal });
  abort.abort();
  assertEquals((await cancelled).status, "CANCELLED");

  await server.stop();
  const gone = await call("gone", "metadata");
  assertEquals(gone.status, "UNAVAILABLE", gone.message); // Envoy's own answer
});
