import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createAuthority } from "../control/authority.ts";
import type { InstanceHandle, RegistryHandle } from "../model/drive.ts";
import type { StartedMesh } from "../model/mesh.ts";
import type { Policy } from "../model/policy.ts";
import { CellDrive } from "./cell_drive.ts";
import { HARNESS_LINKS } from "../faults/link/host.ts";
import { CellFaults } from "./cell_faults.ts";
import { CellLoad } from "./cell_load.ts";
import { HistoryFile, RunClock } from "./history_file.ts";
import { Hops } from "./hops.ts";
import { kernelHandle } from "./kernel_handle.ts";
import { echoServer } from "./testing/echo_server.ts";

const POLICY: Policy = { routes: [], destinations: [], mutualTls: "DISABLE", file: "first.yaml" };

function instance(id: string, service: string): InstanceHandle {
  const never = () => Promise.reject(new Error("not driven in this test"));
  return {
    id,
    service,
    address: "127.0.0.1:1",
    register: never,
    kill: never,
    pause: never,
    tombstone: never,
  };
}

/** A cell whose mesh is one server, without any process. */
async function cell() {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-drive-" });
  const server = await echoServer("echo-1");
  const history = new HistoryFile(`${folder}/cell.ndjson`, new RunClock());
  const end = new AbortController();
  const faults = new CellFaults(history);
  const load = new CellLoad(
    "cell",
    history,
    "echo",
    () => server.address,
    (address) => Promise.resolve(address),
    end.signal,
  );
  const applied: Policy[] = [];
  const mesh: StartedMesh = {
    entry: () => server.address,
    inbound: (service) => {
      throw new TypeError(`no door for ${service}`);
    },
    apply: (policy) => {
      applied.push(policy);
      return Promise.resolve({ version: "2", outcome: "nack", error: "bad regex" });
    },
    rotate: () => Promise.reject(new Error("no certificates here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const registry: RegistryHandle = {
    killLeader: () => Promise.reject(new Error("no registry here")),
    has: () => Promise.resolve(false),
  };
  const drive = new CellDrive({
    policy: POLICY,
    history,
    signal: end.signal,
    mesh,
    load,
    hops: new Hops(["control"], history, faults, 7, () => Promise.resolve(HARNESS_LINKS)),
    faults,
    defaultService: "echo",
    authority: await createAuthority({ trustDomain: "cluster.local" }),
    registry,
    kernel: kernelHandle({ kernel: undefined, instances: [], registry: [], faults }),
    instances: [instance("echo-1", "echo"), instance("echo-2", "echo"), instance("back-1", "back")],
    spares: [instance("echo-3", "echo")],
    workers: [],
    reach: (address) => Promise.resolve(address),
    readPolicy: (file) => Promise.resolve({ ...POLICY, file }),
  });
  const converged = () => history.events.flatMap((event) => event.kind === "converged" ? [event] : []);
  const notes = () => history.events.flatMap((event) => event.kind === "note" ? [event.text] : []);
  return {
    drive,
    server,
    history,
    end,
    applied,
    converged,
    notes,
    async [Symbol.asyncDispose]() {
      load[Symbol.dispose]();
      server[Symbol.dispose]();
      history.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("CellDrive.converge looks until the condition holds, and records how long that took", async () => {
  await using one = await cell();
  let looks = 0;
  const met = await one.drive.converge("it holds", 5_000, () => ++looks === 3);
  assertEquals([met, looks], [true, 3]);
  const [event] = one.converged();
  assertEquals([event?.what, event?.met, event?.limitMs], ["it holds", true, 5_000]);
  assert(event !== undefined && event.afterMs > 0 && event.afterMs < 5_000);
});

Deno.test("CellDrive.converge gives up at its limit, and looks at least once", async () => {
  await using one = await cell();
  assertEquals(await one.drive.converge("it never holds", 30, () => false), false);
  const [never] = one.converged();
  assert(never !== undefined && !never.met && never.afterMs >= 30);
  assertEquals(await one.drive.converge("it holds at once", 1_000, () => Promise.resolve(true)), true);
});

Deno.test("CellDrive.converge does not count what was seen to hold too late", async () => {
  await using one = await cell();
  const slow = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 20));
  assertEquals(await one.drive.converge("it holds late", 5, slow), false);
  assertEquals(one.converged()[0]?.met, false);
});

Deno.test("CellDrive.converge ends with the cell, and with what its condition throws", async () => {
  await using one = await cell();
  const broken = () => Promise.reject(new Error("nobody answered"));
  await assertRejects(() => one.drive.converge("it holds", 1_000, broken), Error, "nobody answered");
  const waiting = one.drive.converge("it holds", 60_000, () => false);
  one.end.abort(new Error("the cell has ended"));
  await assertRejects(() => waiting, Error, "the cell has ended");
  assertEquals(one.converged(), []);
});

Deno.test("CellDrive.received counts the attempts of a phase's calls alone", async () => {
  await using one = await cell();
  const { history, drive } = one;
  const received = (id: string) =>
    history.record("upstream:echo-1", {
      kind: "attempt.received",
      id,
      instance: "echo-1",
      service: "echo",
      method: "Call",
      ordinal: 1,
      headers: {},
    });
  await drive.calls("other", 3);
  await drive.calls("held", 2);
  for (const id of ["cell#1", "cell#2", "cell#3", "cell#4"]) received(id);
  assertEquals(await drive.received("held", 1, 1_000), true);
  assertEquals(await drive.received("held", 2, 30), false);
  received("cell#5");
  assertEquals(await drive.received("held", 2, 1_000), true);
});

Deno.test("CellDrive.spansSettle waits until no span is an orphan and no new one has come for a while", async () => {
  await using one = await cell();
  const span = (spanId: string, parentSpanId: string) =>
    one.history.record("mesh", {
      kind: "span",
      traceId: "t",
      spanId,
      parentSpanId,
      name: "n",
      spanKind: "server",
      serviceName: "echo",
      startT: 0,
      endT: 1,
      status: "unset",
      attributes: {},
    });
  await one.drive.spansSettle(50);
  span("child", "root");
  await one.drive.spansSettle(50);
  const settled = one.drive.spansSettle(5_000);
  span("root", "");
  await settled;
  assertEquals(one.converged().map(({ met }) => met), [false, false, true]);
});

Deno.test("CellDrive.elapse lets the time pass and says why; a time that is over is none", async () => {
  await using one = await cell();
  const beganT = performance.now();
  await one.drive.elapse("the cool-down", 30);
  assert(performance.now() - beganT >= 29);
  await one.drive.elapse("the rest of it", -5);
  assertEquals(one.notes(), ["let 30 ms pass: the cool-down", "let 0 ms pass: the rest of it"]);
});

Deno.test("CellDrive ends every step when the cell ends", async () => {
  await using one = await cell();
  const waiting = one.drive.elapse("for ever", 1_000_000);
  one.end.abort(new Error("the cell has ended"));
  await assertRejects(() => waiting, Error, "the cell has ended");
  await assertRejects(() => one.drive.elapse("once more", 1), Error, "the cell has ended");
  await assertRejects(() => one.drive.handshake("late"), Error, "the cell has ended");
  for (const step of [() => one.drive.calls("late", 1), () => one.drive.call("late")]) {
    assertThrows(step, Error, "the cell has ended");
  }
  assertThrows(() => one.drive.load("late", { perSecond: 1 }), Error, "the cell has ended");
  assertEquals(one.server.received.length, 0);
});

Deno.test("CellDrive.run gives up a drive that awaits nothing of the harness's when the cell ends", async () => {
  await using one = await cell();
  const hangs = one.drive.run({ drive: () => new Promise(() => {}) });
  one.end.abort(new Error("it did not end in time"));
  await assertRejects(() => hangs, Error, "it did not end in time");
});

Deno.test("CellDrive.run passes on what the drive throws", async () => {
  await using one = await cell();
  const broken = { drive: () => Promise.reject(new TypeError("no breaker in the policy")) };
  await assertRejects(() => one.drive.run(broken), TypeError, "no breaker in the policy");
});

Deno.test("CellDrive.push offers the policy of the file and gives the data plane's answer", async () => {
  await using one = await cell();
  assertEquals(await one.drive.push("next.yaml"), { version: "2", outcome: "nack", error: "bad regex" });
  assertEquals(one.applied.map(({ file }) => file), ["next.yaml"]);
  assertEquals(one.notes(), ["push next.yaml", "push next.yaml: nack 2 bad regex"]);
});

Deno.test("CellDrive.instances and spares are those of a service, by default the first", async () => {
  await using one = await cell();
  assertEquals(one.drive.instances().map(({ id }) => id), ["echo-1", "echo-2"]);
  assertEquals(one.drive.instances("back").map(({ id }) => id), ["back-1"]);
  assertEquals(one.drive.spares().map(({ id }) => id), ["echo-3"]);
  assertEquals(one.drive.spares("back"), []);
});

Deno.test("CellDrive.link is a hop of the scenario's, or an error that names them", async () => {
  await using one = await cell();
  assertThrows(() => one.drive.link("upstream:echo-1"), TypeError, "found control");
  await (await one.drive.link("control").sever()).heal();
  assertEquals(one.history.events.filter(({ kind }) => kind === "fault").length, 3);
});
