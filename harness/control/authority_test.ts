import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createPrivateKey, X509Certificate } from "node:crypto";
import tls from "node:tls";
import { createAuthority } from "./authority.ts";

Deno.test("createAuthority issues leaves that its bundle verifies, and another bundle does not", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const stranger = await createAuthority({ trustDomain: "mesh.test" });
  const root = new X509Certificate(authority.bundle);
  const leaf = new X509Certificate((await authority.issue("echo")).chain);
  assert(leaf.checkIssued(root));
  assert(leaf.verify(root.publicKey));
  assert(!leaf.verify(new X509Certificate(stranger.bundle).publicKey));
  assert(root.ca);
  assert(!leaf.ca);
});

Deno.test("createAuthority puts the SPIFFE id, localhost and the loopback address into a leaf", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const leaf = new X509Certificate((await authority.issue("echo")).chain);
  const names = leaf.subjectAltName ?? "";
  for (const name of ["URI:spiffe://mesh.test/ns/default/sa/echo", "DNS:localhost", "IP Address:127.0.0.1"]) {
    assert(names.includes(name), `${name} is not in ${names}`);
  }
});

Deno.test("createAuthority gives every leaf a serial of its own, written as a TLS peer prints it", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const pairs = await Promise.all(Array.from({ length: 20 }, () => authority.issue("echo")));
  assertEquals(new Set(pairs.map(({ serial }) => serial)).size, 20);
  for (const { chain, serial, key } of pairs) {
    const leaf = new X509Certificate(chain);
    assertEquals(leaf.serialNumber.toLowerCase(), serial);
    assert(leaf.checkPrivateKey(createPrivateKey(key)));
  }
  assertNotEquals(pairs[0]?.key, pairs[1]?.key);
});

Deno.test("createAuthority's leaves serve both ends of a mutual TLS handshake", async () => {
  const authority = await createAuthority({ trustDomain: "mesh.test" });
  const [server, client] = await Promise.all([authority.issue("server"), authority.issue("client")]);
  const accepted = Promise.withResolvers<boolean>();
  const listener = tls.createServer({
    cert: server.chain,
    key: server.key,
    ca: authority.bundle,
    requestCert: true,
    rejectUnauthorized: true,
  }, (socket) => {
    accepted.resolve(socket.authorized);
    socket.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as { port: number };
  const socket = tls.connect({
    host: "127.0.0.1",
    port,
    servername: "localhost",
    ca: authority.bundle,
    cert: client.chain,
    key: client.key,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("secureConnect", resolve);
    socket.on("error", reject);
  });
  assertEquals(socket.authorized, true);
  assertEquals(await accepted.promise, true);
  socket.destroy();
  await new Promise<void>((resolve) => listener.close(() => resolve()));
});
