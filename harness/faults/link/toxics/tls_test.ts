/** Toxics on TLS handshakes, with node:tls at both ends. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type net from "node:net";
import tls from "node:tls";
import { createAuthority } from "../../../control/authority.ts";
import { memoryRecorder } from "../../../observe/testing/memory_recorder.ts";
import { HARNESS_LINKS } from "../host.ts";
import { openLink, tlsCertificate, tlsStall } from "../mod.ts";
import { everywhere, linkName } from "../testing/everywhere.ts";
import { caller, linkedEcho, until } from "../testing/linked_echo.ts";

const authority = await createAuthority({ trustDomain: "mesh.test" });
const [own, other] = [await authority.issue("own"), await authority.issue("other")];

/** A TLS server that sends back what it gets. */
async function tlsEcho() {
  const server = tls.createServer({ cert: own.chain, key: own.key }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}

/** A TLS caller; its handshake and its echoes can be awaited. */
function tlsCaller(address: string) {
  const port = Number(address.split(":")[1]);
  const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  const secured = new Promise<string>((resolve, reject) => {
    socket.once(
      "secureConnect",
      () => resolve(socket.getPeerCertificate().serialNumber?.toLowerCase() ?? ""),
    );
    socket.on("error", reject);
  });
  return {
    secured,
    echo: (text: string) =>
      new Promise<string>((resolve) => {
        socket.once("data", (bytes: Uint8Array) => resolve(new TextDecoder().decode(bytes)));
        socket.write(text);
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

everywhere(
  "tlsStall holds either side of a handshake until it is healed, and what is not TLS passes",
  async (host) => {
    using server = await tlsEcho();
    for (const hold of ["client_hello", "server_hello"] as const) {
      await using link = await host.open({
        name: linkName(),
        target: server.address,
        recorder: memoryRecorder(),
      });
      using before = tlsCaller(link.address);
      assertEquals(await before.secured, own.serial);
      const armed = await link.arm(tlsStall({ hold }));
      assertEquals((await armed.witness()).witnessed, false);
      using call = tlsCaller(link.address);
      const side = hold === "client_hello" ? "up" : "down";
      await until(link, (books) => books[side].bytesIn > books[side].bytesOut);
      const seen = await armed.witness();
      assertEquals(seen.witnessed, true, seen.detail);
      assertEquals(await before.echo("x"), "x");
      await armed.heal();
      assertEquals(await call.secured, own.serial);
      assertEquals(await call.echo("y"), "y");
    }
    await using echo = await linkedEcho(host);
    await echo.link.arm(tlsStall({ hold: "client_hello" }));
    using plain = await caller(echo.link);
    await plain.echoMs();
  },
);

everywhere(
  "tlsCertificate answers with another certificate, and hands what is inside on by TLS",
  async (host) => {
    using server = await tlsEcho();
    await using link = await host.open({
      name: linkName(),
      target: server.address,
      recorder: memoryRecorder(),
    });
    const { chain: certificate, key } = other;
    const armed = await link.arm(tlsCertificate({ certificate, key, upstream: "tls" }));
    using call = tlsCaller(link.address);
    assertEquals(await call.secured, other.serial);
    assertEquals(await call.echo("inside"), "inside");
    const seen = await armed.witness();
    assertEquals(seen.witnessed, true, seen.detail);
    await armed.heal();
    assertEquals((await armed.witness()).witnessed, false);
    using next = tlsCaller(link.address);
    assertEquals(await next.secured, own.serial);
  },
);

everywhere("tlsCertificate ends TLS before a plain target", async (host) => {
  await using echo = await linkedEcho(host);
  const { chain: certificate, key } = other;
  await echo.link.arm(tlsCertificate({ certificate, key, upstream: "plain" }));
  using call = tlsCaller(echo.link.address);
  assertEquals(await call.secured, other.serial);
  assertEquals(await call.echo("plain"), "plain");
});

Deno.test("tlsCertificate checks the target's certificate where it is told by whom it must be", async () => {
  using server = await tlsEcho();
  const stranger = await createAuthority({ trustDomain: "mesh.test" });
  for (const [ca, isTrusted] of [[authority.bundle, true], [stranger.bundle, false]] as const) {
    await using link = await openLink({ name: "l", target: server.address, recorder: memoryRecorder() });
    const { chain: certificate, key } = other;
    await link.arm(tlsCertificate({ certificate, key, upstream: "tls", ca }));
    using call = tlsCaller(link.address);
    await call.secured;
    const echoed = Promise.race([
      call.echo("x"),
      until(link, ({ ended }) => ended.length > 0).then(() => "ended"),
    ]);
    assertEquals(await echoed, isTrusted ? "x" : "ended");
  }
});

Deno.test("tlsCertificate refuses what is no certificate, and a key of another one", async () => {
  assertThrows(
    () => tlsCertificate({ certificate: "none", key: own.key, upstream: "plain" }),
    TypeError,
    "PEM",
  );
  await using echo = await linkedEcho(HARNESS_LINKS);
  await assertRejects(() =>
    echo.link.arm(tlsCertificate({ certificate: own.chain, key: other.key, upstream: "plain" }))
  );
});
