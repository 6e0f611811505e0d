import { assertEquals, assertRejects } from "@std/assert";
import type { Fault } from "../faults/fault.ts";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { CellFaults } from "./cell_faults.ts";

/** A fault whose healing is on a list. */
function fault(name: string, healed: string[], heal: () => Promise<void> = () => Promise.resolve()): Fault {
  return {
    name,
    inject: () =>
      Promise.resolve({
        name,
        detail: "injected",
        witness: () => Promise.resolve({ witnessed: true, detail: "seen" }),
        heal: async () => {
          healed.push(name);
          await heal();
        },
      }),
  };
}

Deno.test("CellFaults heals what is still in force, the latest first, and nothing twice", async () => {
  const healed: string[] = [];
  const recorder = memoryRecorder();
  {
    await using faults = new CellFaults(recorder);
    await faults.inject(fault("first", healed));
    const second = await faults.inject(fault("second", healed));
    await faults.inject(fault("third", healed));
    await second.heal();
  }
  assertEquals(healed, ["second", "third", "first"]);
  for (const name of healed) {
    const edges = recorder.of("fault").filter((event) => event.fault === name).map((event) => event.edge);
    assertEquals(edges, ["begin", "witnessed", "healed"]);
  }
});

Deno.test("CellFaults heals the others when one cannot be healed, and says which", async () => {
  const healed: string[] = [];
  const recorder = memoryRecorder();
  const faults = new CellFaults(recorder);
  await faults.inject(fault("first", healed));
  await faults.inject(fault("stuck", healed, () => Promise.reject(new Error("it is stuck"))));
  await faults.inject(fault("third", healed));
  await assertRejects(async () => await faults[Symbol.asyncDispose](), Error, "it is stuck");
  assertEquals(healed, ["third", "stuck", "first"]);
  assertEquals(recorder.of("note").map(({ text }) => text), [
    "fault stuck could not be healed: Error: it is stuck",
  ]);
});

Deno.test("CellFaults passes on why a fault could not be injected, and heals nothing for it", async () => {
  const recorder = memoryRecorder();
  await using faults = new CellFaults(recorder);
  const broken = { name: "broken", inject: () => Promise.reject(new Error("no such process")) };
  await assertRejects(() => faults.inject(broken), Error, "no such process");
  assertEquals(recorder.of("fault"), []);
});
