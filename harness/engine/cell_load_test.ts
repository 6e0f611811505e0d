import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { CellLoad } from "./cell_load.ts";
import { echoServer } from "./testing/echo_server.ts";
import { until } from "./testing/until.ts";

/** A cell's load in front of one server; `entry` is asked for each service's address. */
async function loaded(entry?: (service: string, instance?: string) => string) {
  const server = await echoServer("echo-1");
  const recorder = memoryRecorder();
  const end = new AbortController();
  const load = new CellLoad(
    "cell",
    recorder,
    "echo",
    entry ?? (() => server.address),
    (address) => Promise.resolve(address),
    end.signal,
  );
  return {
    server,
    recorder,
    load,
    end,
    [Symbol.dispose]: () => {
      load[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

Deno.test("CellLoad.call makes one call under an id of the cell, and gives what the caller saw", async () => {
  using cell = await loaded();
  const result = await cell.load.call("alone", { headers: { "X-Deployment": "canary" }, behaviour: "fail" });
  assertEquals([result.id, result.status, result.message, result.instance], [
    "cell#1",
    "UNAVAILABLE",
    "told to",
    "echo-1",
  ]);
  assertEquals(cell.server.received[0]?.id, "cell#1");
  assertEquals(cell.server.received[0]?.metadata.get("x-deployment"), ["canary"]);
  assertEquals(cell.recorder.of("request.sent").map((event) => [event.id, event.phase, event.service]), [
    ["cell#1", "alone", "echo"],
  ]);
  assertEquals(cell.recorder.of("phase"), []);
});

Deno.test("CellLoad.calls makes so many calls, asks functions by index, and marks the phase", async () => {
  using cell = await loaded();
  const results = await cell.load.calls("phase", 6, {
    headers: (index) => ({ "x-index": String(index) }),
    behaviour: (index) => index % 2 === 0 ? "" : "fail",
  });
  assertEquals(results.map(({ status }) => status), [
    "OK",
    "UNAVAILABLE",
    "OK",
    "UNAVAILABLE",
    "OK",
    "UNAVAILABLE",
  ]);
  assertEquals(new Set(results.map(({ id }) => id)).size, 6);
  assertEquals(cell.server.received.map(({ metadata }) => metadata.get("x-index")[0]).sort(), [..."012345"]);
  assertEquals(cell.recorder.of("phase").map(({ seq }) => seq), [0, cell.recorder.events.length - 1]);
  assertEquals(cell.recorder.of("phase").map(({ phase, edge }) => [phase, edge]), [["phase", "begin"], [
    "phase",
    "end",
  ]]);
});

Deno.test("CellLoad.calls has no more in flight than its concurrency, and as many", async () => {
  using cell = await loaded();
  let answered = 0;
  const done = cell.load.calls("held", 7, { behaviour: "hold", concurrency: 3 });
  done.then(() => answered = 7, () => undefined);
  for (let batch = 3; answered < 7; batch = Math.min(7, batch + 3)) {
    await until(() => cell.server.received.length >= batch || answered === 7);
    cell.server.release();
    if (batch === 7) await done;
  }
  assertEquals(cell.server.mostHeld, 3);
  assertEquals((await done).length, 7);
});

Deno.test("CellLoad.calls at a rate keeps to its plan, whatever the answers do", async () => {
  using cell = await loaded();
  const done = cell.load.calls("open", 20, { perSecond: 1_000, behaviour: "hold" });
  await until(() => cell.server.received.length === 20);
  assertEquals(cell.server.mostHeld, 20);
  cell.server.release();
  await done;
  const planned = cell.recorder.of("request.sent").map((event) => event.plannedT);
  const first = planned[0] ?? NaN;
  for (const [index, t] of planned.entries()) {
    assert(Math.abs(t - first - index) < 0.01, `${index}: ${t - first}`);
  }
});

Deno.test("CellLoad.calls within a time begins none after it, and waits for those in flight", async () => {
  using cell = await loaded();
  const results = await cell.load.calls("bounded", 1_000_000, { withinMs: 50, concurrency: 2 });
  assert(results.length > 0 && results.length < 1_000_000);
  assertEquals(cell.recorder.of("request.answered").length, results.length);
});

Deno.test("CellLoad.load goes on until it is stopped, then gives all results", async () => {
  using cell = await loaded();
  const load = cell.load.load("beside", { perSecond: 500 });
  await until(() => load.results.length >= 10);
  const results = await load.stop();
  assertEquals(results.length, load.results.length);
  assertEquals(cell.recorder.of("request.sent").length, results.length);
  const after = cell.server.received.length;
  assertEquals((await cell.load.call("later")).status, "OK");
  assertEquals(cell.server.received.length, after + 1);
});

Deno.test("CellLoad cancels calls and loads when its cell ends", async () => {
  using cell = await loaded();
  const load = cell.load.load("beside", { perSecond: 100, behaviour: "hold" });
  await until(() => cell.server.received.length >= 3);
  cell.end.abort(new Error("the cell has ended"));
  const results = await load.stop();
  assert(results.length >= 3);
  assertEquals([...new Set(results.map(({ status }) => status))], ["CANCELLED"]);
});

Deno.test("CellLoad sends each service to its own entry, and hops of a call to theirs", async () => {
  using other = await echoServer("other-1");
  using cell = await loaded((service) => {
    if (service === "other") return other.address;
    throw new RangeError(`no entry for ${service}`);
  });
  const next = [{ service: "other", next: [{ service: "other" }] }];
  const result = await cell.load.call("elsewhere", { service: "other", next });
  assertEquals(result.instance, "other-1");
  const [hop] = other.received[0]?.request.next ?? [];
  assertEquals([hop?.service, hop?.entry], ["other", other.address]);
  assertEquals(hop?.request?.next?.[0]?.entry, other.address);
  await assertRejects(() => cell.load.calls("nowhere", 3), RangeError, "no entry for echo");
});

Deno.test("CellLoad lets a hop dial one instance by itself", async () => {
  using other = await echoServer("other-1");
  const asked: (string | undefined)[][] = [];
  using cell = await loaded((service, instance) => {
    asked.push([service, instance]);
    return other.address;
  });
  await cell.load.call("by itself", { next: [{ service: "other", instance: "other-2" }] });
  assertEquals(asked, [["echo", undefined], ["other", "other-2"]]);
});
