import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { limitCpu } from "./limit_cpu.ts";
import { openPods } from "./testing/pods.ts";
import { startWorker } from "./testing/worker.ts";

Deno.test("limitCpu refuses a share below what an engine can give", () => {
  const process = { name: "a" } as RunningProcess;
  assertThrows(
    () => limitCpu({ kernel: {} as CellKernel, process, cpus: 0 }),
    TypeError,
    "a share of 0.01 cores or more, found 0",
  );
});

Deno.test({
  name: "limitCpu holds a real process back while it works, and lets it go",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const worker = await startWorker(cell, "worker");
    const { process } = worker;
    /** CPU seconds and seconds that some work takes. */
    const measured = async () => {
      const [before, beganT] = [await kernel.usage(process), performance.now()];
      await worker.work(200);
      const now = await kernel.usage(process);
      return {
        cpuSeconds: now.cpuSeconds - before.cpuSeconds,
        seconds: (performance.now() - beganT) / 1000,
        throttled: now.throttledPeriods - before.throttledPeriods,
      };
    };
    assertEquals((await measured()).throttled, 0);
    const cpus = 0.05;

    // An idle process has nothing to be held back from, and has no witness.
    const loose = await limitCpu({ kernel, process, cpus: 1.5, name: "loose" }).inject();
    const idle = await loose.witness();
    assertEquals(idle.witnessed, false, idle.detail);
    await loose.heal();

    const armed = await limitCpu({ kernel, process, cpus }).inject();
    assertMatch(armed.detail, /may use 0\.05 of a core; before: without limit/);
    const held = await measured();
    const seen = await armed.witness();
    assert(seen.witnessed, seen.detail);
    // The quota of the period before and of the one after may fall into it.
    assert(held.cpuSeconds <= cpus * (held.seconds + 0.2) * 1.2, JSON.stringify(held));

    await armed.heal();
    await armed.heal();
    assertEquals((await measured()).throttled, 0);
    assertEquals(await kernel.limit(process, {}), {});
  },
});
