import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import type { Pod, RunningProcess } from "../model/process.ts";
import type { CellKernel } from "../model/runtime.ts";
import { CellFaults } from "./cell_faults.ts";
import { CellInterception, interceptionOf } from "./cell_interception.ts";
import { countingRules } from "./connection_count.ts";
import type { PooledService } from "./service_pool.ts";

function instance(id: string, last: number, port: number) {
  const pod: Pod = { name: id, host: `10.1.0.${last}`, bind: "0.0.0.0", freePorts: () => [] };
  const worker = { port, process: { name: id, pod } as RunningProcess } as PooledService;
  return { id, service: id.replace(/-\d$/, ""), worker, ownAddress: `${pod.host}:${port}` };
}

const INSTANCES = [
  instance("client-1", 2, 20_000),
  instance("echo-1", 3, 20_001),
  instance("echo-2", 4, 20_001),
  instance("metrics-1", 5, 20_002),
];

/** What `iptables-save` prints after our rules have counted so many packets each. */
const PRINTED = countingRules().replaceAll("-A MESHPROOF_COUNT", "[7:420] -A MESHPROOF_COUNT");

function context(withKernel = true) {
  const recorder = memoryRecorder();
  const ran: string[] = [];
  const knocks: string[] = [];
  const kernel = {
    run: (pod: Pod, command: readonly string[]) => {
      ran.push(`${pod.name}: ${command[0]}`);
      return Promise.resolve(command[0] === "iptables-save" ? PRINTED : "");
    },
  } as unknown as CellKernel;
  const runtime = {
    kind: "docker" as const,
    knock: (address: string) => {
      knocks.push(address);
      return Promise.resolve("ECONNREFUSED");
    },
    ...(withKernel ? { kernel } : {}),
  };
  return { recorder, ran, knocks, runtime, faults: new CellFaults(recorder) };
}

Deno.test("interceptionOf turns services into ports and addresses, each once, and everything else is captured", () => {
  const { pods } = interceptionOf(
    { uncapturedInbound: ["client"], excludedPortsOf: ["echo"], excludedAddressesOf: ["metrics"] },
    INSTANCES,
  );
  assertEquals(pods.map(({ instance, address }) => [instance, address]), [
    ["client-1", "10.1.0.2:20000"],
    ["echo-1", "10.1.0.3:20001"],
    ["echo-2", "10.1.0.4:20001"],
    ["metrics-1", "10.1.0.5:20002"],
  ]);
  assertEquals(pods.map(({ excludedInboundPorts }) => excludedInboundPorts), [[20_000], [], [], []]);
  for (const { excludedOutboundPorts, excludedAddresses } of pods) {
    assertEquals([excludedOutboundPorts, excludedAddresses], [[20_001], ["10.1.0.5"]]);
  }
  const [plain] = interceptionOf({}, INSTANCES).pods;
  assertEquals(
    [plain?.excludedInboundPorts, plain?.excludedOutboundPorts, plain?.excludedAddresses],
    [[], [], []],
  );
});

Deno.test("CellInterception counts in every pod from before the mesh, and records what the kernel tells", async () => {
  const made = context();
  const interception = await CellInterception.open({}, INSTANCES, made);
  assertEquals(made.ran, INSTANCES.map(({ id }) => `${id}: sh`));
  await interception.countConnections();
  const counted = made.recorder.of("connections.counted");
  assertEquals(counted.map((event) => event.instance), INSTANCES.map(({ id }) => id));
  assertEquals(counted[0]?.byProxy, { toOutbound: 7, toInbound: 7, straight: 7 });
});

Deno.test("CellInterception kills a sidecar, and the witness knocks at its pod", async () => {
  const made = context();
  const interception = await CellInterception.open({}, INSTANCES, made);
  let isKilled = false;
  const sidecar = {
    name: "sidecar-echo-1",
    pid: 7,
    kill: () => Promise.resolve(void (isKilled = true)),
    inspect: () => Promise.resolve({ state: isKilled ? "gone" : "running", detail: "container ab" }),
  } as unknown as RunningProcess;
  const handle = interception.sidecar({ sidecar: (id) => id === "echo-1" ? sidecar : undefined }, "echo-1");
  await (await handle.kill()).heal();
  const faults = made.recorder.of("fault");
  assertEquals(faults.map((event) => [event.fault, event.edge]), [
    ["kill sidecar of echo-1", "begin"],
    ["kill sidecar of echo-1", "witnessed"],
    ["kill sidecar of echo-1", "healed"],
  ]);
  assertEquals(made.knocks, ["10.1.0.3:15006"]);
});

Deno.test("CellInterception lets a mesh without sidecars lose none, and nobody witnesses it", async () => {
  const made = context();
  const interception = await CellInterception.open({}, INSTANCES, made);
  await (await interception.sidecar({}, "echo-1").kill()).heal();
  const edges = made.recorder.of("fault").map((event) => event.edge);
  assertEquals(edges, ["begin", "unwitnessed", "healed"]);
  assertThrows(
    () => interception.sidecar({}, "echo-9"),
    TypeError,
    "one of client-1, echo-1, echo-2, metrics-1",
  );
});

Deno.test("CellInterception refuses a runtime without network namespaces", async () => {
  await assertRejects(
    () => CellInterception.open({}, INSTANCES, context(false)),
    Error,
    "use --runtime docker",
  );
});
