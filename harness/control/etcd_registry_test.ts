import { assert, assertEquals } from "@std/assert";
import type { EventBody, Recorder, RegistryEvent } from "../model/event.ts";
import { type EtcdCluster, startEtcdCluster } from "../runtime/etcd_cluster.ts";
import { etcdGateway } from "../runtime/etcd_gateway.ts";
import { openTestRuntime } from "../runtime/testing/test_runtime.ts";
import { EtcdRegistry, type EtcdRegistryOptions } from "./etcd_registry.ts";
import { TcpRelay } from "./testing/tcp_relay.ts";

async function withCluster(size: number, body: (cluster: EtcdCluster) => Promise<void>): Promise<void> {
  await using test = await openTestRuntime();
  await using cluster = await startEtcdCluster({ runtime: test.runtime, size });
  await body(cluster);
}

/** A registry under test, with all it told, and a way to await what it should come to know. */
class Followed implements Recorder {
  readonly registry: EtcdRegistry;
  readonly events: RegistryEvent[] = [];
  readonly told: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: Omit<EtcdRegistryOptions, "onChange" | "prefix">) {
    this.registry = new EtcdRegistry({
      probeEveryMs: 100,
      deadlineMs: 500,
      ...options,
      prefix: "cell",
      recorder: this,
      onChange: (service, instances) => {
        this.told.push(`${service}: ${instances.map(({ id, address }) => `${id}@${address}`).join(" ")}`);
        this.#look();
      },
    });
  }
  record(_source: string, body: EventBody): void {
    if (body.kind === "registry") this.events.push(body);
    this.#look();
  }
  now(): number {
    return performance.now();
  }
  fromEpoch(epochMs: number): number {
    return epochMs - performance.timeOrigin;
  }
  ids(service: string): string[] {
    return this.registry.instances(service).map(({ id }) => id);
  }
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }
  #look(): void {
    for (const waiter of [...this.#waiting]) waiter();
  }
}

function value(port: number, labels: Record<string, string> = {}): string {
  return JSON.stringify({ address: `127.0.0.1:${port}`, labels });
}

Deno.test("EtcdRegistry lists, follows puts and deletes, replaces an address, and tells leases and revisions", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0] as string);
    const lease = await gateway.leaseGrant(60);
    await gateway.put("cell/services/api/a", value(1001, { version: "v1" }), { lease });
    await gateway.put("cell/services/api-gw/x", value(1009));
    const followed = new Followed({ endpoints });
    await followed.registry.ready;
    assertEquals(followed.registry.instances("api"), [
      { id: "a", address: "127.0.0.1:1001", labels: { version: "v1" } },
    ]);
    assertEquals(followed.ids("api-gw"), ["x"]);
    const revision = await gateway.put("cell/services/api/b", value(1002));
    await followed.until(() => followed.ids("api").includes("b"));
    await gateway.put("cell/services/api/a", value(1003));
    await followed.until(() => followed.told.includes("api: a@127.0.0.1:1003 b@127.0.0.1:1002"));
    await gateway.leaseRevoke(lease);
    await gateway.deleteKey("cell/services/api/b");
    await followed.until(() => followed.ids("api").join() === "a");
    await followed.registry.close();
    const told = followed.events.map(({ operation, instance }) => `${operation} ${instance}`);
    assertEquals(told.slice().sort(), ["delete b", "put a", "put a", "put b", "put x"]);
    assertEquals(followed.events.find(({ instance }) => instance === "b")?.revision, revision);
    const firstPut = followed.events.find(({ detail }) => detail.includes("1001"));
    assertEquals(firstPut?.leaseSeconds, 60);
    assertEquals(followed.events.find(({ instance }) => instance === "b")?.leaseSeconds, 0);
  });
});

Deno.test("EtcdRegistry skips and reports a malformed value, and serves the others", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0] as string);
    await gateway.put("cell/services/api/a", value(1001));
    await gateway.put("cell/services/api/bad", '{"address":17}');
    const followed = new Followed({ endpoints });
    await followed.registry.ready;
    assertEquals(followed.ids("api"), ["a"]);
    await gateway.put("cell/services/api/a", "not json");
    await gateway.put("cell/services/api/c", value(1003));
    await followed.until(() => followed.ids("api").join() === "a,c");
    await followed.registry.close();
    const malformed = followed.events.filter(({ operation }) => operation === "malformed");
    assertEquals(malformed.map(({ instance }) => instance), ["bad", "a"]);
    assertEquals(malformed[0]?.detail, "address: expected host:port, found 17");
  });
});

Deno.test("EtcdRegistry keeps instances over a cut, and resumes without a gap or a repetition", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0] as string);
    await using relay = await TcpRelay.to(endpoints[0] as string);
    await gateway.put("cell/services/api/a", value(1001));
    await gateway.put("cell/services/api/b", value(1002));
    const followed = new Followed({ endpoints: [relay.address] });
    await followed.registry.ready;
    const revision = followed.registry.revision;
    await relay.cut();
    await gateway.deleteKey("cell/services/api/a");
    await gateway.put("cell/services/api/c", value(1003));
    assertEquals(followed.ids("api"), ["a", "b"]);
    await relay.mend();
    await followed.until(() => followed.ids("api").join() === "b,c");
    assert(followed.registry.revision > revision);
    await followed.registry.close();
    assertEquals(followed.events.map(({ operation, instance }) => `${operation} ${instance}`), [
      "put a",
      "put b",
      "delete a",
      "put c",
    ]);
  });
});

Deno.test("EtcdRegistry lists anew when its revision was compacted away, and no stale instance survives", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0] as string);
    await using relay = await TcpRelay.to(endpoints[0] as string);
    await gateway.put("cell/services/api/a", value(1001));
    const followed = new Followed({ endpoints: [relay.address] });
    await followed.registry.ready;
    await relay.cut();
    await gateway.deleteKey("cell/services/api/a");
    const revision = await gateway.put("cell/services/api/b", value(1002));
    const compacted = await fetch(`http://${endpoints[0]}/v3/kv/compaction`, {
      method: "POST",
      body: JSON.stringify({ revision: String(revision), physical: true }),
    });
    assertEquals(compacted.status, 200);
    await compacted.body?.cancel();
    await relay.mend();
    await followed.until(() => followed.ids("api").join() === "b");
    await followed.registry.close();
    assertEquals(followed.told.at(-1), "api: b@127.0.0.1:1002");
  });
});

Deno.test("EtcdRegistry lives through a killed and through a silent member", async () => {
  await withCluster(3, async (cluster) => {
    const leader = await cluster.leader();
    const others = cluster.members.filter((member) => member !== leader);
    const [second, third] = others as [typeof leader, typeof leader];
    await etcdGateway(second.clientAddress).put("cell/services/api/a", value(1001));
    const followed = new Followed({
      endpoints: [leader.clientAddress, second.clientAddress, third.clientAddress],
    });
    await followed.registry.ready;
    await cluster.kill(leader);
    await cluster.leader();
    await etcdGateway(third.clientAddress).put("cell/services/api/b", value(1002), { timeoutMs: 8000 });
    await followed.until(() => followed.ids("api").join() === "a,b");
    await cluster.restart(leader);
    await second.process.pause();
    await cluster.leader();
    const pausedT = performance.now();
    await etcdGateway(third.clientAddress).put("cell/services/api/c", value(1003), { timeoutMs: 8000 });
    const putT = performance.now();
    await followed.until(() => followed.ids("api").join() === "a,b,c");
    const lateMs = performance.now() - putT;
    await second.process.resume();
    assert(lateMs < 3000, `the put took ${putT - pausedT} ms, and was seen ${lateMs} ms later`);
    assert(followed.told.every((line) => line.includes("a@")), `instance a was lost: ${followed.told}`);
    await followed.registry.close();
  });
});

Deno.test("EtcdRegistry obeys each overridden decision", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0] as string);
    await using relay = await TcpRelay.to(endpoints[0] as string);
    await gateway.put("cell/services/api/a", value(1001));
    const keeping = new Followed({ endpoints, behaviour: { onDelete: "keep" } });
    const clearing = new Followed({ endpoints: [relay.address], behaviour: { onWatchError: "clear" } });
    const polling = new Followed({ endpoints, behaviour: { watch: { pollEveryMs: 60_000 } } });
    const following = new Followed({ endpoints });
    const all = [keeping, clearing, polling, following];
    await Promise.all(all.map(({ registry }) => registry.ready));
    await relay.cut();
    await clearing.until(() => clearing.ids("api").length === 0);
    await relay.mend();
    await clearing.until(() => clearing.ids("api").length === 1);
    await gateway.deleteKey("cell/services/api/a");
    await gateway.put("cell/services/api/b", value(1002));
    await Promise.all([keeping, following].map((one) => one.until(() => one.ids("api").includes("b"))));
    assertEquals(keeping.ids("api"), ["a", "b"]);
    assertEquals(following.ids("api"), ["b"]);
    assertEquals(polling.ids("api"), ["a"]);
    await Promise.all(all.map(({ registry }) => registry.close()));
  });
});
