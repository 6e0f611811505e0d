/** @testcontainers/toxiproxy's calls on ours: its container is stood in for, its client is its own. */
import { assertEquals, assertRejects } from "@std/assert";
import { StartedToxiProxyContainer } from "@testcontainers/toxiproxy";
import { openEcho, openTestServer } from "./testing/open_server.ts";
import { connectTo } from "./testing/peer.ts";

/** An address of this process's own, since the client takes fixed ports: 8666 and up. */
const OWN_HOST = `127.${64 + (Deno.pid >> 16) % 64}.${(Deno.pid >> 8) & 255}.${Deno.pid & 255}`;

Deno.test("@testcontainers/toxiproxy creates proxies on ports of its choice, switches them, and adds toxics", async () => {
  using echo = openEcho();
  await using open = await openTestServer({ allowRemote: false, hostname: OWN_HOST });
  const container = {
    getHost: () => OWN_HOST,
    getMappedPort: (port: number) => port === 8474 ? Number(new URL(open.url).port) : port,
  };
  const started = new StartedToxiProxyContainer(
    container as unknown as ConstructorParameters<typeof StartedToxiProxyContainer>[0],
  );
  const one = await started.createProxy({ name: "one", upstream: echo.address });
  const other = await started.createProxy({ name: "other", upstream: echo.address });
  assertEquals([one.port, other.port], [8666, 8667]);
  const address = `${one.host}:${one.port}`;

  using before = await connectTo(address);
  assertEquals(await before.exchange("hello"), "hello");
  await one.setEnabled(false);
  assertEquals(await before.ending(), "closed");
  await assertRejects(() => connectTo(address), Deno.errors.ConnectionRefused);
  await one.setEnabled(true);
  using after = await connectTo(address);
  assertEquals(await after.exchange("again"), "again");

  const toxic = await one.instance.addToxic({
    name: "cut",
    type: "limit_data",
    stream: "downstream",
    toxicity: 1,
    attributes: { bytes: 3 },
  });
  using cut = await connectTo(address);
  assertEquals(await cut.sendAndReadAll("hello"), { text: "hel", ending: "closed" });
  await toxic.remove();
  using healed = await connectTo(address);
  assertEquals(await healed.exchange("hello"), "hello");
});
