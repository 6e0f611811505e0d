import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import type { ArmedFault, Fault } from "./fault.ts";
import { injectFault } from "./inject_fault.ts";

function fault(parts: Partial<ArmedFault>): Fault {
  const armed: ArmedFault = {
    name: "f",
    detail: "broken",
    witness: () => Promise.resolve({ witnessed: true, detail: "seen" }),
    heal: () => Promise.resolve(),
    ...parts,
  };
  return { name: "f", inject: () => Promise.resolve(armed) };
}

Deno.test("injectFault records begin, witnessed and healed in order, each once", async () => {
  const recorder = memoryRecorder();
  const injected = await injectFault(fault({}), recorder);
  await injected.testimony;
  await Promise.all([injected.heal(), injected.heal()]);
  assertEquals(
    recorder.events.map((event) =>
      event.kind === "fault" ? [event.source, event.fault, event.edge, event.detail] : []
    ),
    [["fault", "f", "begin", "broken"], ["fault", "f", "witnessed", "seen"], [
      "fault",
      "f",
      "healed",
      "f undone",
    ]],
  );
});

Deno.test("injectFault asks the witness until it has seen the fault, and records it then", async () => {
  const recorder = memoryRecorder();
  let asked = 0;
  const injected = await injectFault(
    fault({ witness: () => Promise.resolve({ witnessed: ++asked === 3, detail: `look ${asked}` }) }),
    recorder,
  );
  assertEquals(await injected.testimony, { witnessed: true, detail: "look 3" });
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "witnessed"]);
  await injected.heal();
  assertEquals(asked, 3);
});

Deno.test("injectFault looks a last time before healing, and records unwitnessed when nothing is seen", async () => {
  const recorder = memoryRecorder();
  let isHealed = false;
  let lastLookWasBeforeHealing = false;
  const injected = await injectFault(
    fault({
      witness: () => {
        lastLookWasBeforeHealing = !isHealed;
        return Promise.resolve({ witnessed: false, detail: "nothing" });
      },
      heal: () => Promise.resolve(void (isHealed = true)),
    }),
    recorder,
  );
  await injected.heal();
  assert(isHealed && lastLookWasBeforeHealing);
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "unwitnessed", "healed"]);
});

Deno.test("injectFault turns a witness that throws into a testimony with its words", async () => {
  const recorder = memoryRecorder();
  const injected = await injectFault(
    fault({ witness: () => Promise.reject(new Error("no eyes")) }),
    recorder,
  );
  await injected.heal();
  assertEquals((await injected.testimony).witnessed, false);
  assertMatch(recorder.of("fault")[1]?.detail ?? "", /the witness broke: Error: no eyes/);
});

Deno.test("injectFault passes on what inject and heal throw, and notes it", async () => {
  const recorder = memoryRecorder();
  await assertRejects(
    () => injectFault({ name: "f", inject: () => Promise.reject(new Error("too strong")) }, recorder),
    Error,
    "too strong",
  );
  assertEquals(recorder.events.map((event) => event.kind), ["note"]);
  const injected = await injectFault(fault({ heal: () => Promise.reject(new Error("stuck")) }), recorder);
  await assertRejects(() => injected.heal(), Error, "stuck");
  await assertRejects(() => injected.heal(), Error, "stuck");
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "witnessed"]);
  assertMatch(recorder.of("note")[1]?.text ?? "", /fault f could not be healed: Error: stuck/);
});
