import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { HARNESS_LINKS } from "../faults/link/host.ts";
import { CellFaults } from "./cell_faults.ts";
import { Hops } from "./hops.ts";
import { tcpEcho } from "./testing/tcp_echo.ts";
import { until } from "./testing/until.ts";

/** Hops of a cell with one breakable hop, and the echo that they lead to. */
function cell(names: readonly string[] = ["control"]) {
  const echo = tcpEcho();
  const recorder = memoryRecorder();
  const faults = new CellFaults(recorder);
  const hops = new Hops(names, recorder, faults, 7, () => Promise.resolve(HARNESS_LINKS));
  const edges = () => recorder.of("fault").map(({ fault, edge }) => `${fault} ${edge}`);
  return {
    echo,
    recorder,
    faults,
    hops,
    edges,
    async [Symbol.asyncDispose]() {
      await faults[Symbol.asyncDispose]();
      await hops[Symbol.asyncDispose]();
      echo[Symbol.dispose]();
    },
  };
}

Deno.test("Hops.through puts a link in front of the hops that the scenario asked for, and of no other", async () => {
  await using one = cell();
  assertEquals(await one.hops.through("upstream:echo-1", one.echo.address), one.echo.address);
  const linked = await one.hops.through("control", one.echo.address);
  assert(linked !== one.echo.address);
  using caller = await one.echo.connect(linked);
  assertEquals(await caller.ask("hello"), "hello");
});

Deno.test("Hops.through gives links of one hop names of their own, also when they are opened side by side", async () => {
  await using one = cell(["registry:echo-1"]);
  const addresses = await Promise.all(
    [1, 2, 3].map(() => one.hops.through("registry:echo-1", one.echo.address)),
  );
  assertEquals(new Set(addresses).size, 3);
  await one.hops.handle("registry:echo-1").blackhole("both");
  const detail = one.recorder.of("fault")[0]?.detail ?? "";
  for (const name of ["registry:echo-1 ", "registry:echo-1/2 ", "registry:echo-1/3 "]) {
    assertStringIncludes(detail, `on link ${name}`);
  }
});

Deno.test("Hops.handle names the hops that there are when asked for another", async () => {
  await using one = cell(["control", "upstream:echo-1"]);
  assertThrows(
    () => one.hops.handle("registry"),
    TypeError,
    'Cannot break hop "registry": expected one of the scenario\'s environment.links, found control, upstream:echo-1',
  );
  await using none = cell([]);
  assertThrows(() => none.hops.handle("control"), TypeError, "found none");
});

Deno.test("a severed hop resets and refuses, is witnessed, and works again once it is healed", async () => {
  await using one = cell();
  const address = await one.hops.through("control", one.echo.address);
  using open = await one.echo.connect(address);
  assertEquals(await open.ask("before"), "before");

  const fault = await one.hops.handle("control").sever();
  assertEquals(fault.name, "control sever");
  assertMatch(await open.fate(), /reset/i);
  assertMatch(await one.echo.connect(address).then(() => "connected", String), /refused/i);
  await until(() => one.edges().includes("control sever witnessed"));
  await fault.heal();
  await fault.heal();

  using after = await one.echo.connect(address);
  assertEquals(await after.ask("after"), "after");
  assertEquals(one.edges(), ["control sever begin", "control sever witnessed", "control sever healed"]);
});

Deno.test("a hop of several links is broken on all of them by one fault, which one witness is enough for", async () => {
  await using one = cell();
  const addresses = [
    await one.hops.through("control", one.echo.address),
    await one.hops.through("control", one.echo.address),
  ];
  const callers = await Promise.all(addresses.map((address) => one.echo.connect(address)));
  const fault = await one.hops.handle("control").blackhole("up");
  const [first, second] = callers;
  // Traffic meets the first link alone; the second holds as well.
  const held = first?.ask("held");
  await until(() => one.edges().includes("control blackhole witnessed"));
  const alsoHeld = second?.ask("held too");
  assertEquals(one.echo.received, "");
  await fault.heal();
  assertEquals([await held, await alsoHeld], ["held", "held too"]);
  assertEquals(one.edges(), [
    "control blackhole begin",
    "control blackhole witnessed",
    "control blackhole healed",
  ]);
  for (const caller of callers) caller[Symbol.dispose]();
});

Deno.test("a hop that nothing runs through is broken in name only, and has no witness", async () => {
  await using one = cell();
  const fault = await one.hops.handle("control").sever();
  await fault.heal();
  assertEquals(one.edges(), ["control sever begin", "control sever unwitnessed", "control sever healed"]);
  assertEquals(one.recorder.of("fault").map(({ detail }) => detail).slice(0, 2), [
    "nothing runs through this hop",
    "nothing runs through this hop",
  ]);
});

Deno.test("each fault of a handle does what it says", async () => {
  await using one = cell();
  const address = await one.hops.through("control", one.echo.address);
  const handle = one.hops.handle("control");

  using delayed = await one.echo.connect(address);
  const latency = await handle.latency(60, 10);
  const beganT = performance.now();
  assertEquals(await delayed.ask("slow"), "slow");
  assert(performance.now() - beganT >= 45);
  await latency.heal();

  const cut = await handle.cutAfter(3);
  using short = await one.echo.connect(address);
  assertEquals(await short.ask("abcdef"), "abc");
  assertMatch(await short.fate(), /end/);
  await cut.heal();

  using struck = await one.echo.connect(address);
  assertEquals(await struck.ask("x"), "x");
  const reset = await handle.reset();
  assertMatch(await struck.fate(), /reset/i);
  await reset.heal();
  assertEquals(one.edges().filter((edge) => edge.endsWith(" witnessed")).sort(), [
    "control cut_after witnessed",
    "control latency witnessed",
    "control reset witnessed",
  ]);
});
