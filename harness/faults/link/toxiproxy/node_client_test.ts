/** What toxiproxy-node-client's own tests demand of a server, asked of ours by that client. */
import { assertEquals, assertRejects } from "@std/assert";
import { Toxiproxy, ToxiproxyError } from "toxiproxy-node-client";
import { openTestServer } from "./testing/open_server.ts";

const UPSTREAM = "localhost:6379";

/** The client on a server of its own. */
async function withClient(body: (toxiproxy: Toxiproxy) => Promise<void>): Promise<void> {
  await using open = await openTestServer();
  await body(new Toxiproxy(open.url));
}

function proxyNamed(toxiproxy: Toxiproxy, name: string) {
  return toxiproxy.createProxy({ name, listen: "localhost:0", upstream: UPSTREAM });
}

Deno.test("toxiproxy-node-client creates a proxy, gets it by its name, and removes it", () =>
  withClient(async (toxiproxy) => {
    const made = await proxyNamed(toxiproxy, "made");
    assertEquals({ name: made.name, upstream: made.upstream, enabled: made.enabled }, {
      name: "made",
      upstream: UPSTREAM,
      enabled: true,
    });
    const got = await toxiproxy.get("made");
    assertEquals(got.toJson(), made.toJson());
    await made.remove();
    await assertRejects(() => toxiproxy.get("made"), ToxiproxyError, "status code 404");
  }));

Deno.test("toxiproxy-node-client gets the version, and resets a server without proxies", () =>
  withClient(async (toxiproxy) => {
    assertEquals(/^{"version":"2\.\d+\.\d+\+/.test(await toxiproxy.getVersion()), true);
    await toxiproxy.reset();
  }));

Deno.test("toxiproxy-node-client populates proxies and gets them all as it named them", () =>
  withClient(async (toxiproxy) => {
    const wanted = [
      { name: "one", listen: "127.0.0.1:0", upstream: UPSTREAM },
      { name: "other", listen: "127.0.0.1:0", upstream: "localhost:12345" },
    ];
    const populated = await toxiproxy.populate(wanted);
    assertEquals(Object.keys(populated), ["one", "other"]);
    const all = await toxiproxy.getAll();
    assertEquals(Object.keys(all), ["one", "other"]);
    for (const { name, upstream } of wanted) {
      assertEquals(all[name]?.upstream, upstream);
      assertEquals(all[name]?.listen, populated[name]?.listen);
    }
    await Promise.all(Object.values(all).map((proxy) => proxy.remove()));
    assertEquals(await toxiproxy.getAll(), {});
  }));

Deno.test("toxiproxy-node-client disables a proxy, and enables it again with another upstream", () =>
  withClient(async (toxiproxy) => {
    const proxy = await proxyNamed(toxiproxy, "update");
    const { listen, upstream } = proxy;
    assertEquals((await proxy.update({ enabled: false, listen, upstream })).enabled, false);
    const moved = await proxy.update({ enabled: true, listen, upstream: "somehost:12345" });
    assertEquals({ enabled: moved.enabled, listen: moved.listen, upstream: moved.upstream }, {
      enabled: true,
      listen,
      upstream: "somehost:12345",
    });
  }));

Deno.test("toxiproxy-node-client is told with 409 of a second proxy, and of a second toxic, of one name", () =>
  withClient(async (toxiproxy) => {
    const proxy = await proxyNamed(toxiproxy, "twice");
    await assertRejects(() => proxyNamed(toxiproxy, "twice"), ToxiproxyError, "status code 409");
    const toxic = { type: "latency", attributes: { latency: 1000, jitter: 100 } };
    await addToxic(proxy, toxic);
    await assertRejects(() => addToxic(proxy, toxic), ToxiproxyError, "status code 409");
  }));

Deno.test("toxiproxy-node-client makes, gets, changes and removes a toxic", () =>
  withClient(async (toxiproxy) => {
    const proxy = await proxyNamed(toxiproxy, "toxics");
    const made = await addToxic(proxy, { type: "latency", attributes: { latency: 1000, jitter: 100 } });
    const shown = {
      name: "latency_downstream",
      type: "latency",
      stream: "downstream",
      toxicity: 1,
      attributes: { latency: 1000, jitter: 100 },
    };
    assertEquals(made.toJson() as unknown, shown);
    assertEquals((await proxy.getToxic(made.name)).toJson() as unknown, shown);
    const attributes = { latency: 12345, jitter: 42 };
    const changed = await made.update({ attributes } as unknown as Parameters<typeof made.update>[0]);
    assertEquals(changed.toJson() as unknown, { ...shown, attributes });
    await made.remove();
    await assertRejects(() => proxy.getToxic(made.name), ToxiproxyError, "status code 404");
  }));

for (
  const [type, attributes] of Object.entries({
    latency: { latency: 1000, jitter: 100 },
    bandwidth: { rate: 1000 },
    slow_close: { delay: 1000 },
    timeout: { timeout: 5000 },
    slicer: { average_size: 1000, size_variation: 1000, delay: 1000 },
    reset_peer: { timeout: 1000 },
    limit_data: { bytes: 42 },
  })
) {
  Deno.test(`toxiproxy-node-client adds a ${type} toxic and reads its attributes back`, () =>
    withClient(async (toxiproxy) => {
      const proxy = await proxyNamed(toxiproxy, "types");
      assertEquals((await addToxic(proxy, { type, attributes })).attributes, attributes);
    }));
}

type Added = Awaited<ReturnType<Toxiproxy["createProxy"]>>;

/** Its types demand fields that its own tests leave out: so do these. */
function addToxic(proxy: Added, toxic: { type: string; attributes: object }) {
  return proxy.addToxic(toxic as Parameters<Added["addToxic"]>[0]);
}
