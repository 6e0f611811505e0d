import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NotReadyError } from "./await_ready.ts";
import { type EtcdCluster, startEtcdCluster } from "./etcd_cluster.ts";
import { etcdGateway, EtcdGatewayError } from "./etcd_gateway.ts";
import { openTestRuntime } from "./testing/test_runtime.ts";
import { Tools } from "./tools.ts";
import type { ProcessSpec } from "../model/process.ts";
import type { ProcessCellRuntime } from "./process.ts";

async function withCluster(size: number, body: (cluster: EtcdCluster) => Promise<void>): Promise<void> {
  await using test = await openTestRuntime();
  await using cluster = await startEtcdCluster({ runtime: test.runtime, size });
  await body(cluster);
}

function argsOf(spec: ProcessSpec, folder: string): readonly string[] {
  return typeof spec.args === "function" ? spec.args(folder) : spec.args;
}

/** A runtime that starts something else than it was asked for. */
function spawningWith(runtime: ProcessCellRuntime, change: (spec: ProcessSpec) => ProcessSpec) {
  return {
    pod: (name: string) => runtime.pod(name),
    reach: (address: string) => runtime.reach(address),
    spawn: (spec: ProcessSpec) => runtime.spawn(change(spec)),
  };
}

Deno.test("startEtcdCluster outlives its leader, and the leader comes back with its data", async () => {
  await withCluster(3, async (cluster) => {
    assertEquals(cluster.members.map(({ name }) => name), ["etcd-1", "etcd-2", "etcd-3"]);
    const first = await cluster.leader();
    const listed = await etcdGateway(first.clientAddress).memberList();
    assertEquals(
      listed.map(({ name, id }) => [name, id]).sort(),
      cluster.members.map(({ name, id }) => [name, id]),
    );
    assert(await cluster.isHealthy());

    await cluster.kill(first);
    assert(!await cluster.isHealthy(200));
    const second = await cluster.leader();
    assertNotEquals(second.name, first.name);
    await etcdGateway(second.clientAddress).put("while/away", "1");

    const pid = first.process.pid;
    await cluster.restart(first);
    assertNotEquals(first.process.pid, pid);
    const { keys } = await etcdGateway(first.clientAddress).range("while/");
    assertEquals(keys.map(({ key, value }) => [key, value]), [["while/away", "1"]]);
    assert(await cluster.isHealthy());
  });
});

Deno.test("leader does not name a paused leader that still takes itself for one", async () => {
  await withCluster(3, async (cluster) => {
    const first = await cluster.leader();
    await first.process.pause();
    const second = await cluster.leader();
    assertNotEquals(second.name, first.name);
    await first.process.resume();
    assertEquals((await cluster.leader()).name, second.name);
  });
});

Deno.test("etcdGateway keeps keys, leases and prefixes apart", async () => {
  await withCluster(1, async ({ endpoints }) => {
    const gateway = etcdGateway(endpoints[0]!);
    const lease = await gateway.leaseGrant(60);
    const first = await gateway.put("s/a/1", "grüße €", { lease });
    await gateway.put("s/a/2", "");
    const last = await gateway.put("s/b", "x");
    assertEquals(last, first + 2);
    const { revision, keys } = await gateway.range("s/a/");
    assertEquals(revision, last);
    assertEquals(keys.map(({ key, value, lease }) => [key, value, lease]), [
      ["s/a/1", "grüße €", lease],
      ["s/a/2", "", ""],
    ]);
    assertEquals(keys[0], { ...keys[0]!, createRevision: first, modRevision: first, version: 1 });
    const alive = await gateway.leaseTimeToLive(lease);
    assertEquals([alive.grantedSeconds, alive.keys], [60, ["s/a/1"]]);
    await gateway.leaseRevoke(lease);
    assertEquals((await gateway.leaseTimeToLive(lease)).remainingSeconds, -1);
    assertEquals((await gateway.range("")).keys.map(({ key }) => key), ["s/a/2", "s/b"]);
    assertEquals([await gateway.deleteKey("s/b"), await gateway.deleteKey("s/b")], [1, 0]);
    assertEquals(await gateway.deletePrefix("s/"), 1);
    assertEquals((await gateway.status()).version, await new Tools().version("etcd"));
  });
});

Deno.test("etcdGateway says what etcd refused, and who did not answer", async () => {
  await withCluster(1, async ({ endpoints, members, kill }) => {
    const gateway = etcdGateway(endpoints[0]!);
    const refused = await assertRejects(() => gateway.put("k", "v", { lease: "77" }), EtcdGatewayError);
    assertStringIncludes(String(refused), "requested lease not found");
    // gRPC status NOT_FOUND.
    assertEquals((refused as EtcdGatewayError).code, 5);
    await members[0]!.process.pause();
    await assertRejects(
      () => gateway.range("", { timeoutMs: 50 }),
      EtcdGatewayError,
      "no answer within 50 ms",
    );
    await kill(members[0]!);
    await assertRejects(() => gateway.range(""), EtcdGatewayError, `etcd at ${endpoints[0]}`);
  });
});

Deno.test("startEtcdCluster passes on what a member that cannot start has to say", async () => {
  await using test = await openTestRuntime();
  const file = `${test.folder}/file`;
  await Deno.writeTextFile(file, "not a folder");
  const runtime = spawningWith(test.runtime, (spec) => ({ ...spec, args: argsOf(spec, file) }));
  const error = await assertRejects(() => startEtcdCluster({ runtime }), NotReadyError);
  assertStringIncludes(String(error), "not a directory");
  await test.runtime.disposeAll(0);
  assertEquals(test.ledger.openEntries(), ["folder test"]);
});

Deno.test("startEtcdCluster starts over with other ports when one was taken meanwhile", async () => {
  await using test = await openTestRuntime();
  let thief: Deno.Listener | undefined;
  const runtime = spawningWith(test.runtime, (spec) => {
    const args = argsOf(spec, "");
    const url = args[args.indexOf("--listen-peer-urls") + 1]!;
    thief ??= Deno.listen({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
    return spec;
  });
  await using cluster = await startEtcdCluster({ runtime, size: 1 });
  assert(await cluster.isHealthy());
  assertEquals(test.edges().filter((edge) => edge === "etcd-1 started").length, 2);
  thief?.close();
});
