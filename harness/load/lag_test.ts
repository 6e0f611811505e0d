import { assert, assertEquals } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { sampleLag } from "./lag.ts";

Deno.test("sampleLag records how long the event loop was held", async () => {
  const recorder = memoryRecorder();
  using sampler = sampleLag(recorder, { sampleMs: 5, windowMs: 20 });
  while (recorder.events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const endT = recorder.now() + 80;
  while (recorder.now() < endT); // hold the event loop
  sampler.stop();
  const worst = Math.max(...recorder.of("harness.lag").map((event) => event.maxMs));
  assert(worst >= 60, `worst lag ${worst} ms`);
  assertEquals(sampler.maxMs, worst);
  assert(recorder.events.every((event) => event.source === "engine"));
});

Deno.test("sampleLag stops once, and records nothing after", () => {
  const recorder = memoryRecorder();
  const sampler = sampleLag(recorder);
  sampler.stop();
  const count = recorder.events.length;
  assertEquals(count, 1);
  sampler.stop();
  assertEquals(recorder.events.length, count);
});
