import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import https from "node:https";
import { promisify } from "node:util";
import { serveDelayedAnswers } from "../../../fixtures/programs/delayed_answers/server.ts";
import { frameMessage } from "../../wire/grpc_frame.ts";
import { createAuthority } from "../../control/authority.ts";
import * as grpc from "../../runtime/grpc.ts";
import type { ClientTls } from "../client/transport.ts";
import { grpcHead, httpHead } from "../client/grpc_head.ts";
import { parsePlan } from "../plan/parse_plan.ts";
import { http1Head } from "./http1_head.ts";
import { type GrpcKind, type LoadOptions, runLoad } from "./run_load.ts";

const call = (delayUs: number) => {
  const message = new Uint8Array(4);
  new DataView(message.buffer).setUint32(0, delayUs);
  return { head: grpcHead({ path: "/a.B/C", authority: "localhost" }), body: frameMessage(message) };
};
const CALL = call(500);
const plan = (text: string, requests: number) => parsePlan(text, { requests, seed: 1, name: "load" });

function options(port: number, more: Partial<LoadOptions> = {}): LoadOptions {
  return {
    target: { protocol: "grpc", address: `127.0.0.1:${port}`, connections: 2 },
    plan: plan("ramp:500..1500:1s", 400),
    requestOf: () => CALL,
    timeoutMs: 10_000,
    ...more,
  };
}

Deno.test("runLoad makes every call of an open plan, and leaves a row and an interval of each", async () => {
  const folder = await Deno.makeTempDir();
  await using server = serveDelayedAnswers();
  const seconds: number[] = [];
  try {
    const result = await runLoad(options(server.port, {
      columnsPath: `${folder}/attempts.arrow`,
      hlogPath: `${folder}/load.hlog`,
      onInterval: ({ ended }) => seconds.push(ended),
    }));
    assertEquals([result.planned, result.summary.outcomes.ok], [400, 400]);
    assertEquals(seconds.reduce((sum, count) => sum + count, 0), 400);
    assertEquals(result.recording.histograms.response.count, 400);
    assert(result.recording.histograms.response.minUs >= 500);
    assertEquals(result.recording.bytes, 400 * 4);
    assert((await Deno.stat(`${folder}/attempts.arrow`)).size > 400 * 8);
    assert((await Deno.readTextFile(`${folder}/load.hlog`)).includes("Tag=response"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runLoad keeps a closed loop going, and leaves its warm-up out of the figures", async () => {
  await using server = serveDelayedAnswers();
  const closed = { kind: "closed", concurrency: 5, requests: 300 } as const;
  const cold = await runLoad(options(server.port, { plan: closed }));
  assertEquals([cold.planned, cold.summary.attempts, cold.summary.warmup], [300, 300, 0]);
  const warm = await runLoad(options(server.port, { warmupMs: 100, plan: plan("step:1000:1s", 200) }));
  assertEquals([warm.planned, warm.summary.attempts, warm.summary.warmup], [200, 100, 100]);
});

Deno.test("runLoad that is stopped cancels what is in flight, and every planned attempt has still ended once", async () => {
  await using server = serveDelayedAnswers();
  const stop = new AbortController();
  const never = call(3_600_000_000);
  const { planned, summary } = await runLoad(options(server.port, {
    plan: plan("step:0,1000:1ms", 10_000),
    requestOf: (index) => {
      if (index === 0) stop.abort();
      return never;
    },
    signal: stop.signal,
  }));
  assert(planned >= 1);
  assertEquals([summary.outcomes.cancelled, summary.attempts], [planned, planned]);
  assert(!summary.validity.valid);
});

Deno.test("runLoad drives plain requests over HTTP/1.1 and HTTP/2", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("four"),
  );
  const closed = { kind: "closed", concurrency: 8, requests: 200 } as const;
  const get = { method: "GET", path: "/", authority: "localhost" };
  for (const protocol of ["http1", "http2"] as const) {
    const request = {
      head: protocol === "http1" ? http1Head({ ...get, bodyBytes: 0 }) : httpHead(get),
      body: new Uint8Array(0),
    };
    const { recording, malformed } = await runLoad(options(0, {
      target: { protocol, address: `127.0.0.1:${server.addr.port}`, connections: 2 },
      plan: closed,
      requestOf: () => request,
    }));
    assertEquals([protocol, recording.outcomes.ok, recording.bytes, malformed], [protocol, 200, 800, {}]);
    assertEquals(recording.codes, [{ outcome: "ok", code: 200, count: 200 }]);
  }
  await server.shutdown();
});

Deno.test("runLoad makes calls of all four kinds", async () => {
  const bytes = {
    serialize: (value: Uint8Array) => Buffer.from(value),
    deserialize: (value: Buffer) => value,
  };
  const methodOf = (kind: GrpcKind) => ({
    path: `/a.B/${kind}`,
    requestStream: kind === "client-streaming" || kind === "bidi-streaming",
    responseStream: kind === "server-streaming" || kind === "bidi-streaming",
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  });
  const kinds = ["unary", "server-streaming", "client-streaming", "bidi-streaming"] as const;
  const server = new grpc.Server();
  server.addService(Object.fromEntries(kinds.map((kind) => [kind, methodOf(kind)])), {
    unary: (asked: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
      answer(null, asked.request);
    },
    "server-streaming": (asked: grpc.ServerWritableStream<Buffer, Buffer>) => {
      for (let count = 0; count < 3; count++) asked.write(asked.request);
      asked.end();
    },
    "client-streaming": (
      asked: grpc.ServerReadableStream<Buffer, Buffer>,
      answer: grpc.sendUnaryData<Buffer>,
    ) => {
      const received: Buffer[] = [];
      asked.on("data", (message: Buffer) => received.push(message));
      asked.on("end", () => answer(null, Buffer.concat(received)));
    },
    "bidi-streaming": (asked: grpc.ServerDuplexStream<Buffer, Buffer>) => {
      asked.on("data", (message: Buffer) => asked.write(message));
      asked.on("end", () => asked.end());
    },
  });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  const message = frameMessage(new TextEncoder().encode("four"));
  const two = new Uint8Array([...message, ...message]);
  const received: Record<string, readonly number[]> = {};
  for (const kind of kinds) {
    const head = grpcHead({ path: `/a.B/${kind}`, authority: "localhost" });
    const request = { head, body: kind.startsWith("client") || kind.startsWith("bidi") ? two : message };
    const { recording } = await runLoad(options(0, {
      target: { protocol: "grpc", address: `127.0.0.1:${port}`, connections: 1, kind },
      plan: { kind: "closed", concurrency: 3, requests: 20 },
      requestOf: () => request,
    }));
    received[kind] = [recording.outcomes.ok, recording.bytes];
  }
  server.forceShutdown();
  assertEquals(received, {
    unary: [20, 80],
    "server-streaming": [20, 240],
    "client-streaming": [20, 160],
    "bidi-streaming": [20, 160],
  });
});

Deno.test("runLoad speaks TLS with whom it trusts alone, and shows its own certificate", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const pair = await authority.issue("server");
  const server = https.createServer({
    cert: pair.chain,
    key: pair.key,
    ca: authority.bundle,
    requestCert: true,
    rejectUnauthorized: true,
  }, (_, response) => response.end("four"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const request = {
    head: http1Head({ method: "GET", path: "/", authority: "localhost", bodyBytes: 0 }),
    body: new Uint8Array(0),
  };
  const run = (tls: ClientTls) =>
    runLoad(options(0, {
      target: {
        protocol: "http1",
        address: `localhost:${(server.address() as { port: number }).port}`,
        connections: 2,
        tls,
      },
      plan: { kind: "closed", concurrency: 4, requests: 40 },
      requestOf: () => request,
    }));
  const caCerts = [authority.bundle];
  const { recording } = await run({ caCerts, certificate: await authority.issue("client") });
  assertEquals([recording.outcomes.ok, recording.bytes], [40, 160]);
  await assertRejects(() => run({ certificate: pair }), Deno.errors.InvalidData, "certificate");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("runLoad rejects when nobody takes its connection", async () => {
  const server = serveDelayedAnswers();
  await server[Symbol.asyncDispose]();
  await assertRejects(() => runLoad(options(server.port)), Deno.errors.ConnectionRefused);
});
