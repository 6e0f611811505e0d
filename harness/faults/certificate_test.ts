import { assertEquals, assertMatch } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { rotateCertificate } from "./certificate.ts";
import { injectFault } from "./inject_fault.ts";

const identity = { chain: "", key: "", serial: "0A1B" };

Deno.test("rotateCertificate is witnessed once a handshake shows the new serial", async () => {
  let shown = "old";
  let handshakes = 0;
  const recorder = memoryRecorder();
  const fault = await injectFault(
    rotateCertificate({
      identity,
      rotate: (next) => Promise.resolve(void (shown = next.serial === "0A1B" ? "taken" : "?")),
      probe: () => Promise.resolve(++handshakes < 3 ? "old" : "0a1b"),
      limitMs: 5000,
    }),
    recorder,
  );
  assertEquals(shown, "taken");
  assertEquals((await fault.testimony).witnessed, true);
  assertEquals(handshakes, 3);
  await fault.heal();
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "witnessed", "healed"]);
});

Deno.test("rotateCertificate is unwitnessed when the old leaf stays", async () => {
  const recorder = memoryRecorder();
  const fault = await injectFault(
    rotateCertificate({
      identity,
      rotate: () => Promise.resolve(),
      probe: () => Promise.resolve("ff"),
      limitMs: 5000,
    }),
    recorder,
  );
  await fault.heal();
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "unwitnessed", "healed"]);
  assertMatch(recorder.of("fault")[1]?.detail ?? "", /shows ff, not 0a1b/);
});

Deno.test("rotateCertificate is unwitnessed when the new leaf comes too late", async () => {
  const armed = await rotateCertificate({
    identity,
    rotate: () => Promise.resolve(),
    probe: () => Promise.resolve("0a1b"),
    limitMs: 0,
  }).inject();
  assertEquals((await armed.witness()).witnessed, false);
});
