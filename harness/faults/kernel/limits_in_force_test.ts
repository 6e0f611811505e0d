import { assertEquals, assertRejects } from "@std/assert";
import type { ProcessState, RunningProcess } from "../../model/process.ts";
import type { CellKernel, ResourceLimits } from "../../model/runtime.ts";
import { layLimit, tightest } from "./limits_in_force.ts";

/** A control group that remembers what it was told; `refusal` makes it refuse. */
class ControlGroup implements Pick<CellKernel, "limit"> {
  now: ResourceLimits;
  refusal: Error | undefined;

  constructor(own: ResourceLimits = {}) {
    this.now = own;
  }

  limit(_process: RunningProcess, limits: ResourceLimits): Promise<ResourceLimits> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    const before = this.now;
    this.now = limits;
    return Promise.resolve(before);
  }
}

function anyProcess(state: ProcessState["state"] = "running"): RunningProcess {
  const inspect = () => Promise.resolve({ state, detail: `it is ${state}` });
  return { inspect } as RunningProcess;
}
const lay = (group: ControlGroup, process: RunningProcess, limit: ResourceLimits) =>
  layLimit(group as unknown as CellKernel, process, limit);

Deno.test("layLimit leaves the other resource as it was, and lifting brings back what was there", async () => {
  const group = new ControlGroup({ memoryBytes: 512 });
  const limit = await lay(group, anyProcess(), { cpus: 0.1 });
  assertEquals(group.now, { cpus: 0.1, memoryBytes: 512 });
  assertEquals(limit.before, { memoryBytes: 512 });
  await limit.lift();
  await limit.lift();
  assertEquals(group.now, { memoryBytes: 512 });
});

Deno.test("layLimit keeps the tightest of several, whichever is lifted first", async () => {
  const group = new ControlGroup();
  const process = anyProcess();
  const loose = await lay(group, process, { cpus: 0.5 });
  const tight = await lay(group, process, { cpus: 0.1 });
  const memory = await lay(group, process, { memoryBytes: 256 });
  assertEquals(group.now, { cpus: 0.1, memoryBytes: 256 });
  assertEquals(memory.before, { cpus: 0.1 });
  await loose.lift();
  assertEquals(group.now, { cpus: 0.1, memoryBytes: 256 });
  await tight.lift();
  assertEquals(group.now, { memoryBytes: 256 });
  await memory.lift();
  assertEquals(group.now, {});
});

Deno.test("layLimit of two at once ends with both in force", async () => {
  const group = new ControlGroup();
  const process = anyProcess();
  await Promise.all([lay(group, process, { cpus: 0.2 }), lay(group, process, { memoryBytes: 64 })]);
  assertEquals(group.now, { cpus: 0.2, memoryBytes: 64 });
});

Deno.test("layLimit passes on a refusal and counts nothing as laid", async () => {
  const group = new ControlGroup();
  const process = anyProcess();
  const first = await lay(group, process, { cpus: 0.5 });
  group.refusal = new Error("device or resource busy");
  await assertRejects(() => lay(group, process, { memoryBytes: 6 }), Error, "busy");
  group.refusal = undefined;
  await lay(group, process, { cpus: 0.3 });
  assertEquals(group.now, { cpus: 0.3 });
  await first.lift();
  assertEquals(group.now, { cpus: 0.3 });
});

Deno.test("layLimit lifts nothing of a process that has ended", async () => {
  const group = new ControlGroup();
  const limit = await lay(group, anyProcess("gone"), { cpus: 0.1 });
  group.refusal = new Error("no such container");
  await limit.lift();
});

Deno.test("tightest has no limit where none of them has one", () => {
  assertEquals(tightest([{}, { cpus: 1 }, { cpus: 2 }]), { cpus: 1 });
  assertEquals(tightest([]), {});
});
