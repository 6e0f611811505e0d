import "../runtime/safe_http2.ts";
import http2 from "node:http2";
import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { createAuthority } from "../control/authority.ts";
import type { Authority, KeyPair } from "../model/mesh.ts";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { encodeEchoResponse } from "./echo_schema.ts";
import { frameMessage } from "../wire/grpc_frame.ts";
import { probeTls } from "./tls_probe.ts";
import { HandshakeError, openTlsSession } from "./tls_session.ts";

/** A mutual-TLS echo server; a call with `rpc-behavior: hang` is answered when `release` is called. */
async function tlsServer(identity: KeyPair, authority: Authority, deny = false) {
  const held: (() => void)[] = [];
  let served = 0;
  const server = http2.createSecureServer({
    key: identity.key,
    cert: identity.chain,
    ca: authority.bundle,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ["h2"],
  });
  server.on("sessionError", () => {});
  server.on("stream", (opened, headers) => {
    const stream = opened as http2.ServerHttp2Stream;
    stream.on("error", () => {});
    served++;
    if (deny) {
      stream.respond(
        {
          ":status": 200,
          "content-type": "application/grpc",
          "grpc-status": "7",
          "grpc-message": "not%20you",
        },
        { endStream: true },
      );
      return;
    }
    const answer = () => {
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "x-meshproof-instance": "tls-1" },
        { waitForTrailers: true },
      );
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(frameMessage(encodeEchoResponse({ instance: "tls-1", service: "echo" })));
    };
    if (headers["rpc-behavior"] === "hang") held.push(answer);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${port}`,
    served: () => served,
    held,
    rotate: (next: KeyPair) =>
      server.setSecureContext({ key: next.key, cert: next.chain, ca: authority.bundle }),
    release: () => held.splice(0).forEach((answer) => answer()),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("probeTls with a valid certificate is served, and tells the server's serial", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const identity = await authority.issue("server");
  await using server = await tlsServer(identity, authority);
  const result = await probeTls({
    address: server.address,
    certificate: await authority.issue("client"),
    trustBundle: authority.bundle,
  });
  assertEquals(result, {
    outcome: "served",
    serial: identity.serial,
    protocol: "TLSv1.3",
    status: "OK",
    detail: "",
  });
});

Deno.test("probeTls without a certificate is refused, in TLS 1.3 and 1.2, and no request is served", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority);
  for (const version of ["TLSv1.3", "TLSv1.2"] as const) {
    const result = await probeTls({
      address: server.address,
      trustBundle: authority.bundle,
      minVersion: version,
      maxVersion: version,
    });
    assertEquals([result.outcome, server.served()], ["refused", 0], `${version}: ${result.detail}`);
    assertNotEquals(result.detail, "");
  }
});

Deno.test("probeTls with a certificate of an unknown authority is refused", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const stranger = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority);
  const result = await probeTls({
    address: server.address,
    certificate: await stranger.issue("client"),
    trustBundle: authority.bundle,
  });
  assertEquals([result.outcome, server.served()], ["refused", 0], result.detail);
});

Deno.test("probeTls does not trust a server of an unknown authority", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const stranger = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority);
  const result = await probeTls({
    address: server.address,
    certificate: await authority.issue("client"),
    trustBundle: stranger.bundle,
  });
  assertEquals([result.outcome, result.status], ["refused", ""]);
  assertMatch(result.detail, /handshake with 127\.0\.0\.1:\d+ failed/);
});

Deno.test("probeTls calls an answer PERMISSION_DENIED refused", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority, true);
  const result = await probeTls({
    address: server.address,
    certificate: await authority.issue("client"),
    trustBundle: authority.bundle,
  });
  assertEquals([result.outcome, result.status, result.detail], ["refused", "PERMISSION_DENIED", "not you"]);
});

Deno.test("probeTls is refused by a port that speaks no TLS, and ends at its limit when nothing answers", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const result = await probeTls({
    address: `127.0.0.1:${silent.addr.port}`,
    trustBundle: authority.bundle,
    timeoutMs: 60,
  });
  assertEquals(result.outcome, "refused");
  assertMatch(result.detail, /not complete within 60 ms/);
  silent.close();
  const closed = await probeTls({ address: `127.0.0.1:${silent.addr.port}`, trustBundle: authority.bundle });
  assertEquals(closed.outcome, "refused");
  assertMatch(closed.detail, /ECONNREFUSED/);
});

Deno.test("openTlsSession keeps a call alive over a rotation, while a new handshake shows the new serial", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  const [first, second] = [await authority.issue("server"), await authority.issue("server")];
  await using server = await tlsServer(first, authority);
  const peer = {
    address: server.address,
    certificate: await authority.issue("client"),
    trustBundle: authority.bundle,
  };
  const recorder = memoryRecorder();
  await using session = await openTlsSession(peer, recorder);
  assertEquals(session.peer.serial, first.serial);
  const long = session.call({ id: "long", phase: "p", service: "echo", behaviour: "hang", deadlineMs: 5000 });
  while (server.held.length === 0) await turn();

  server.rotate(second);
  const probe = await probeTls(peer);
  assertEquals([probe.outcome, probe.serial], ["served", second.serial]);
  const short = await session.call({ id: "short", phase: "p", service: "echo", deadlineMs: 5000 });
  assertEquals([short.status, short.instance], ["OK", "tls-1"]);
  const many = Array.from(
    { length: 50 },
    (_, index) => session.call({ id: `many ${index}`, phase: "p", service: "echo", deadlineMs: 5000 }),
  );
  assertEquals((await Promise.all(many)).filter((each) => each.status !== "OK"), []);
  server.release();
  const result = await long;
  assertEquals([result.status, result.instance, result.service, result.messages], ["OK", "tls-1", "echo", 1]);
  const answered = recorder.of("request.answered").map((event) => event.id);
  assertEquals([answered[0], answered.length, answered.at(-1)], ["short", 52, "long"]);
});

Deno.test("TlsSession.call keeps its deadline, and fails after the session is closed", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority);
  const session = await openTlsSession({
    address: server.address,
    certificate: await authority.issue("client"),
    trustBundle: authority.bundle,
  }, memoryRecorder());
  const hung = await session.call({
    id: "a",
    phase: "p",
    service: "echo",
    behaviour: "hang",
    deadlineMs: 50,
  });
  assertEquals(hung.status, "DEADLINE_EXCEEDED");
  await session.close();
  assertEquals(session.isOpen, false);
  const late = await session.call({ id: "b", phase: "p", service: "echo", deadlineMs: 50 });
  assertEquals(late.status, "UNAVAILABLE");
});

Deno.test("openTlsSession rejects with what it saw of a peer that it does not trust", async () => {
  const authority = await createAuthority({ trustDomain: "test.local" });
  await using server = await tlsServer(await authority.issue("server"), authority);
  await assertRejects(
    () =>
      openTlsSession({
        address: server.address,
        trustBundle: authority.bundle,
        servername: "elsewhere.test",
      }, memoryRecorder()),
    HandshakeError,
    server.address,
  );
  await assertRejects(
    () => openTlsSession({ address: "nonsense", trustBundle: authority.bundle }, memoryRecorder()),
    TypeError,
    "not host:port",
  );
});
