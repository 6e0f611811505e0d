import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { eventually } from "../../runtime/testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { limitMemory } from "./limit_memory.ts";
import { openPods } from "./testing/pods.ts";
import { startWorker } from "./testing/worker.ts";

const MEBIBYTE = 1024 * 1024;

Deno.test("limitMemory refuses less than an engine can give", () => {
  const process = { name: "a" } as RunningProcess;
  assertThrows(
    () => limitMemory({ kernel: {} as CellKernel, process, memoryBytes: MEBIBYTE }),
    TypeError,
    "6291456 bytes or more, found 1048576",
  );
});

Deno.test({
  name: "limitMemory is shown by the control group of a real process, and gone after the heal",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const worker = await startWorker(cell, "worker");
    const { process } = worker;
    const before = await kernel.usage(process);
    const memoryBytes = 512 * MEBIBYTE;

    const armed = await limitMemory({ kernel, process, memoryBytes }).inject();
    const seen = await armed.witness();
    assert(seen.witnessed, seen.detail);
    assertEquals((await kernel.usage(process)).memoryLimitBytes, memoryBytes);
    await worker.work(10);

    // What is wider than the limit in force changes nothing, and so has no witness.
    const wider = await limitMemory({ kernel, process, memoryBytes: 2 * memoryBytes, name: "wider" })
      .inject();
    const unseen = await wider.witness();
    assertEquals(unseen.witnessed, false, unseen.detail);
    await wider.heal();
    assertEquals((await kernel.usage(process)).memoryLimitBytes, memoryBytes);

    await armed.heal();
    await armed.heal();
    assertEquals((await kernel.usage(process)).memoryLimitBytes, before.memoryLimitBytes);
    assertEquals((await armed.witness()).witnessed, false);
    await worker.work(10);
  },
});

Deno.test({
  name: "limitMemory is witnessed too when the kernel ends the process for it, and healed without it",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const { process } = await startWorker(cell, "worker");
    const { memoryBytes } = await kernel.usage(process);
    const armed = await limitMemory({ kernel, process, memoryBytes: memoryBytes + 32 * MEBIBYTE }).inject();
    // A line without an end has to be kept; the process dies of it while it is being written.
    const written = process.send("x".repeat(256 * MEBIBYTE)).catch(() => undefined);
    assertEquals((await process.exited).signal, "SIGKILL");
    await written;
    let seen = await armed.witness();
    // The engine tells of it in its own time.
    await eventually("the kill to be counted", async () => (seen = await armed.witness()).witnessed);
    assertMatch(seen.detail, /ended for lack of memory since: 1$/);
    await armed.heal();
  },
});
