import "../../runtime/safe_http2.ts";
import http2 from "node:http2";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { ERROR, rstStreamFrame, settingsFrame } from "../../wire/frame.ts";
import { frameMessage } from "../../wire/grpc_frame.ts";
import type { CallRequest } from "../call.ts";
import { encodeEchoResponse } from "../echo_schema.ts";
import { createGrpcClient } from "../grpc_client.ts";
import { callEcho } from "./echo_call.ts";
import { Http2Connection } from "./http2_connection.ts";
import type { Transport } from "./transport.ts";

type Answer = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** A server on node:http2 that answers as a test says, and ends when the test does. */
async function serverOf(answer: Answer) {
  const sessions: http2.ServerHttp2Session[] = [];
  const seen: http2.IncomingHttpHeaders[] = [];
  const server = http2.createServer();
  server.on("session", (session) => sessions.push(session));
  server.on("sessionError", () => {});
  server.on("stream", (opened, headers) => {
    const stream = opened as http2.ServerHttp2Stream;
    stream.on("error", () => {});
    seen.push(headers);
    answer(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    sessions,
    seen,
    [Symbol.dispose]: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

const HEAD = { ":status": 200, "content-type": "application/grpc" };
const MESSAGE = frameMessage(encodeEchoResponse({ instance: "echo-1", service: "echo" }));

/** Head, content, trailers. */
const answered =
  (content: Uint8Array, trailers: Record<string, string> = { "grpc-status": "0" }): Answer => (stream) => {
    stream.respond(HEAD, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(content);
  };
/** Everything in one HEADERS. */
const headOnly = (head: Record<string, string | number>): Answer => (stream) =>
  stream.respond({ ...HEAD, ...head }, { endStream: true });

const request = (id: string, more: Partial<CallRequest> = {}): CallRequest => ({
  ...{ id, phase: "test", service: "echo", deadlineMs: 20_000 },
  ...more,
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("GrpcClient gives answers of every kind the status that gRPC clients derive", async () => {
  const compressed = MESSAGE.slice();
  compressed[0] = 1;
  const tooLong = new Uint8Array([0, 0x7f, 0, 0, 0, 1]);
  const cases: [string, Answer, RegExp][] = [
    ["served", answered(MESSAGE), /^OK $/],
    ["not found", headOnly({ "grpc-status": "5", "grpc-message": "no%20such" }), /^NOT_FOUND no such$/],
    ["half a message", answered(MESSAGE.subarray(0, 4)), /^INTERNAL .* 4 bytes of a message/],
    ["no message", answered(new Uint8Array(0)), /^INTERNAL .*without the message/],
    ["compressed", answered(compressed), /^INTERNAL a compressed message/],
    ["too long", answered(tooLong), /^RESOURCE_EXHAUSTED a message of 2130706432 bytes/],
    ["no status", answered(MESSAGE, { x: "y" }), /^UNKNOWN HTTP status 200/],
    ["error page", (stream) => {
      stream.respond({ ":status": 503, "content-type": "text/html" });
      stream.end("<html>");
    }, /^UNAVAILABLE HTTP status 503/],
    ["not a proxy's day", headOnly({ ":status": 404 }), /^UNIMPLEMENTED HTTP status 404/],
    ["no trailers", (stream) => {
      stream.respond(HEAD);
      stream.end(MESSAGE);
    }, /^INTERNAL the stream ended without trailers/],
    ["cancelled", (stream) => stream.close(ERROR.cancel), /^CANCELLED .*CANCEL/],
    ["calm", (stream) => stream.close(ERROR.enhanceYourCalm), /^RESOURCE_EXHAUSTED .*ENHANCE_YOUR_CALM/],
    ["broken", (stream) => stream.close(ERROR.internalError), /^INTERNAL .*INTERNAL_ERROR/],
  ];
  const answers = new Map(cases.map(([id, answer]) => [id, answer]));
  using server = await serverOf((stream, headers) =>
    answers.get(String(headers["x-meshproof-id"]))!(stream, headers)
  );
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  for (const [id, _, expected] of cases) {
    const { status, message } = await client.call(request(id));
    assertMatch(`${status} ${message}`, expected, id);
  }
  assertEquals(server.sessions.length, 1, "none of these ends the connection");
});

Deno.test("GrpcClient sends binary metadata in base64, and gives it back so", async () => {
  using server = await serverOf((stream, headers) => {
    stream.respond({ ...HEAD, "got-bin": String(headers["trace-bin"]) }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "end-bin": "AAE" }));
    stream.end(MESSAGE);
  });
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const result = await client.call(request("a", { headers: { "Trace-Bin": "AAECAw==" } }));
  assertEquals([result.status, result.headers["got-bin"], result.trailers], ["OK", "AAECAw==", {
    "end-bin": "AAE=",
  }]);
  assertEquals([server.seen[0]?.["te"], server.seen[0]?.[":authority"]], ["trailers", server.address]);
  assertMatch(String(server.seen[0]?.["grpc-timeout"]), /^(19\d{3}|20000)m$/);
  const bad = await client.call(request("b", { headers: { "trace-bin": "not base64!" } }));
  assertEquals([bad.status, server.seen.length], ["INTERNAL", 1]);
});

Deno.test("GrpcClient does not try again what its peer refused", async () => {
  using server = await serverOf((stream) => stream.close(ERROR.refusedStream));
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const { status, message } = await client.call(request("a"));
  assertEquals([status, server.seen.length], ["UNAVAILABLE", 1], message);
});

Deno.test("GrpcClient opens a new connection after GOAWAY, and lets the call on the old one end in peace", async () => {
  const held: http2.ServerHttp2Stream[] = [];
  using server = await serverOf((stream, headers) => {
    if (headers["x-meshproof-id"] === "first") held.push(stream);
    else answered(MESSAGE)(stream, headers);
  });
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  const first = client.call(request("first"));
  while (held.length === 0) await turn();
  server.sessions[0]!.goaway(ERROR.noError, 1);
  let last = await client.call(request("second"));
  // A call that crosses the GOAWAY on its way is lost: nobody tries it again.
  while (last.status !== "OK") {
    assertEquals([last.status, last.message], ["UNAVAILABLE", "GOAWAY NO_ERROR"]);
    last = await client.call(request("later"));
  }
  answered(MESSAGE)(held[0]!, {});
  assertEquals((await first).status, "OK");
  assertEquals(server.sessions.length, 2);
});

/** A server of bare TCP, which does what it wants with each connection. */
function listen(serve: (connection: Deno.Conn) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void serve(connection).catch(() => {});
    }
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    accepted: () => open.size,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // it was closed by its own server
        }
      }
      await serving.catch(() => {});
    },
  };
}

Deno.test("GrpcClient gives UNAVAILABLE for a connection that is cut in mid-call, and asks again at the next call", async () => {
  await using server = listen(async (connection) => {
    await connection.write(settingsFrame([]));
    // Until there is more than preface, SETTINGS and WINDOW_UPDATE: the call.
    for (let read = 0; read < 120;) read += await connection.read(new Uint8Array(1024)) ?? 1024;
    connection.close();
  });
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  for (const id of ["a", "b"]) {
    const { status, message } = await client.call(request(id));
    assertEquals(status, "UNAVAILABLE");
    assert(message !== "", "it says why");
  }
  assertEquals(server.accepted(), 2);
});

Deno.test("GrpcClient gives UNAVAILABLE for a peer that speaks no HTTP/2", async () => {
  await using server = listen(async (connection) => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  using client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  assertEquals((await client.call(request("a"))).status, "UNAVAILABLE");
});

Deno.test("GrpcClient waits for a peer that says nothing as long as the deadline allows, or until it is closed", async () => {
  await using server = listen(() => Promise.resolve());
  const client = createGrpcClient({ address: server.address, recorder: memoryRecorder() });
  assertEquals((await client.call(request("a", { deadlineMs: 30 }))).status, "DEADLINE_EXCEEDED");
  const waiting = client.call(request("b"));
  assertEquals(server.accepted(), 1, "both wait for the same connection");
  client.close();
  assertEquals((await waiting).status, "UNAVAILABLE");
});

Deno.test("callEcho lets the event loop turn where calls fail at once", async () => {
  let hasTurned = false;
  setTimeout(() => hasTurned = true);
  const path = {
    authority: "localhost",
    scheme: "http" as const,
    connection: () => {
      throw new Error("write EPIPE");
    },
  };
  const outcomes: string[] = [];
  while (!hasTurned && outcomes.length < 100_000) {
    const { status, message } = await callEcho(path, request("a"), {});
    outcomes.push(`${status} ${message}`);
  }
  assertEquals([hasTurned, outcomes[0]], [true, "UNAVAILABLE write EPIPE"]);
});

Deno.test("callEcho calls a reset DEADLINE_EXCEEDED that comes when the deadline has passed", async () => {
  let hand = (_bytes: Uint8Array) => {};
  const transport: Transport = {
    read: (into) =>
      new Promise((resolve) =>
        hand = (bytes) => {
          into.set(bytes);
          resolve(bytes.length);
        }
      ),
    write: (bytes) => Promise.resolve(bytes.length),
    close: () => {},
  };
  const connection = new Http2Connection(transport);
  hand(settingsFrame([]));
  await connection.ready;
  const path = { authority: "localhost", scheme: "http" as const, connection: () => connection };
  const early = callEcho(path, request("a"), {});
  hand(rstStreamFrame(1, ERROR.cancel));
  assertEquals((await early).status, "CANCELLED");
  const late = callEcho(path, request("b", { deadlineMs: 5 }), {});
  // No timer runs before the reset is read.
  for (const endT = performance.now() + 6; performance.now() < endT;);
  hand(rstStreamFrame(3, ERROR.cancel));
  const { status, message } = await late;
  assertEquals(status, "DEADLINE_EXCEEDED");
  assertMatch(message, /reset/);
  connection.destroy();
});
