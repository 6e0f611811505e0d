import { assertEquals, assertRejects } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import type { Pod, RunningProcess } from "../model/process.ts";
import type { CellKernel } from "../model/runtime.ts";
import type { Fault } from "../faults/fault.ts";
import { injectFault } from "../faults/inject_fault.ts";
import { kernelHandle } from "./kernel_handle.ts";

const KERNEL = {} as CellKernel;

/** A member whose pod has the address 10.1.0.<last>. */
function member(name: string, last: number) {
  const pod: Pod = { name, host: `10.1.0.${last}`, bind: "0.0.0.0", freePorts: () => [] };
  return { name, process: { name, pod } as RunningProcess };
}

/** A handle whose faults are named and never injected. */
function handle(kernel: CellKernel | undefined) {
  const names: string[] = [];
  const recorder = memoryRecorder();
  const armed = {
    detail: "",
    witness: () => Promise.resolve({ witnessed: true, detail: "" }),
    heal: () => Promise.resolve(),
  };
  const faults = {
    inject: (fault: Fault) => {
      names.push(fault.name);
      return injectFault(
        { name: fault.name, inject: () => Promise.resolve({ name: fault.name, ...armed }) },
        recorder,
      );
    },
  };
  const instances = [member("echo-1", 2), member("echo-2", 3)];
  const registry = [member("registry-1", 4), member("registry-2", 5), member("registry-3", 6)];
  return { names, handle: kernelHandle({ kernel, instances, registry, faults }) };
}

Deno.test("kernelHandle names each fault after the members that it strikes", async () => {
  const { handle: kernel, names } = handle(KERNEL);
  const registry = ["registry-1", "registry-2", "registry-3"];
  await kernel.partition("echo-1", registry);
  await kernel.partition("echo-1", "echo-2", { direction: "one-way" });
  await kernel.isolate("echo-2");
  await kernel.minority("registry-3");
  await kernel.ring(["echo-1", ...registry]);
  await kernel.disconnect("echo-1");
  await kernel.limitCpu("echo-1", 0.1);
  await kernel.limitMemory("echo-1", 64 * 1024 * 1024);
  await kernel.bandwidth("echo-1", 10_000);
  await kernel.netem("echo-1", { delayMs: 20 });
  assertEquals(names, [
    "partition echo-1 | registry-1, registry-2, registry-3",
    "partition echo-1 -> echo-2",
    "isolate echo-2",
    "minority registry-3",
    "ring echo-1, registry-1, registry-2, registry-3",
    "disconnect echo-1",
    "limit cpu echo-1",
    "limit memory echo-1",
    "bandwidth echo-1",
    "netem echo-1",
  ]);
});

Deno.test("kernelHandle refuses an unknown member, with those that there are and the likely one", async () => {
  const { handle: kernel, names } = handle(KERNEL);
  await assertRejects(
    () => kernel.isolate("registry-4"),
    TypeError,
    'expected one of echo-1, echo-2, registry-1, registry-2, registry-3; did you mean "registry-1"?',
  );
  assertEquals(names, []);
});

Deno.test("kernelHandle tells a scenario that did not ask for a kernel how to ask", async () => {
  const { handle: kernel } = handle(undefined);
  await assertRejects(() => kernel.partition("echo-1", "echo-2"), TypeError, "environment: { kernel: true }");
  await assertRejects(() => kernel.limitCpu("echo-1", 0.1), TypeError, "environment: { kernel: true }");
});

Deno.test("kernelHandle refuses a minority that is none, and a ring in which all are neighbours", async () => {
  const { handle: kernel } = handle(KERNEL);
  await assertRejects(
    () => kernel.minority(["registry-1", "registry-2"]),
    TypeError,
    "expected fewer than half of registry-1, registry-2, registry-3, found registry-1, registry-2",
  );
  await assertRejects(() => kernel.minority("echo-1"), TypeError, "expected fewer than half");
  await assertRejects(
    () => kernel.ring(["echo-1", "echo-2", "registry-1"]),
    TypeError,
    "four pods or more, found 3",
  );
  await assertRejects(() => kernel.partition("echo-1", "echo-1"), TypeError, "addresses of their own");
});
