import { assertEquals, assertRejects } from "@std/assert";
import tls from "node:tls";
import { createAuthority } from "../../control/authority.ts";
import type { Authority, KeyPair } from "../../model/mesh.ts";
import { openHttp2Connection } from "./open_connection.ts";
import { HEAD } from "./testing/connected.ts";
import { RecordedStream } from "./testing/recorded_stream.ts";
import { answer, NO_SETTINGS } from "./testing/scripted_peer.ts";

/** A server that demands a client's certificate, and answers its first request before it has read it. */
async function tlsServer(identity: KeyPair, authority: Authority, protocol = "h2") {
  const serials: string[] = [];
  const sockets: tls.TLSSocket[] = [];
  const server = tls.createServer({
    key: identity.key,
    cert: identity.chain,
    ca: authority.bundle,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: [protocol],
  }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serials.push((socket.getPeerCertificate().serialNumber ?? "").toLowerCase());
    socket.write(NO_SETTINGS);
    socket.once("data", () => socket.once("data", () => socket.write(answer(1, [[":status", "200"]], true))));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `localhost:${(server.address() as { port: number }).port}`,
    serials,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

Deno.test("openHttp2Connection speaks HTTP/2 over mutual TLS, and shows its certificate", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const own = await authority.issue("client");
  await using server = await tlsServer(await authority.issue("server"), authority);
  const connection = await openHttp2Connection({
    address: server.address,
    tls: { caCerts: [authority.bundle], certificate: own },
  });
  const stream = new RecordedStream();
  connection.request(stream, HEAD);
  connection.flush();
  await stream.over;
  assertEquals([stream.headers, server.serials], [[[":status", "200"]], [own.serial]]);
  connection.destroy();
  await connection.ended;
});

Deno.test("openHttp2Connection rejects without a certificate that is demanded, by a stranger's root, and without h2", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const certificate = await authority.issue("client");
  await using server = await tlsServer(await authority.issue("server"), authority);
  const trusting = { caCerts: [authority.bundle] };
  await assertRejects(() => openHttp2Connection({ address: server.address, tls: trusting }));
  await assertRejects(
    () => openHttp2Connection({ address: server.address, tls: { certificate } }),
    Deno.errors.InvalidData,
    "invalid peer certificate",
  );
  await using other = await tlsServer(await authority.issue("server"), authority, "http/1.1");
  await assertRejects(() =>
    openHttp2Connection({ address: other.address, tls: { ...trusting, certificate } })
  );
  await assertRejects(
    () =>
      openHttp2Connection({ address: server.address, tls: { ...trusting, certificate, servername: "x" } }),
    TypeError,
    "current value is x",
  );
});

Deno.test("openHttp2Connection ends its trying with the signal's reason", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const stop = new AbortController();
  const address = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const accepted = listener.accept();
  const opened = assertRejects(() => openHttp2Connection({ address, signal: stop.signal }), Error, "no more");
  const peer = await accepted;
  stop.abort(new Error("no more"));
  await opened;
  const buffer = new Uint8Array(1000);
  while (await peer.read(buffer) !== null); // until the client has closed its end
  peer.close();
});
