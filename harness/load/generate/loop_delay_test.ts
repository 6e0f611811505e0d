import { assertAlmostEquals, assertEquals } from "@std/assert";
import { LoopDelay } from "./loop_delay.ts";

/** What is told when a loop is noted each millisecond, with a delay now and then. */
function told(milliseconds: number, delayAt: (millisecond: number) => number): number[] {
  const waits: number[] = [];
  const delay = new LoopDelay((waitMs) => waits.push(waitMs));
  let nowT = 1_000;
  delay.note(nowT, 0);
  for (let millisecond = 0; millisecond < milliseconds; millisecond++) {
    const delayMs = delayAt(millisecond);
    nowT += 1 + delayMs;
    delay.note(nowT, delayMs);
  }
  return waits;
}

Deno.test("LoopDelay tells of two answers a millisecond, and of no wait while the loop is on time", () => {
  assertEquals(told(50, () => 0), new Array(100).fill(0));
});

Deno.test("LoopDelay makes all answers wait that come while the loop stands still, each for the rest of it", () => {
  const waits = told(10, (millisecond) => millisecond === 4 ? 3 : 0);
  assertEquals(waits.filter((waitMs) => waitMs > 0), [3, 2.5, 2, 1.5, 1, 0.5]);
  assertEquals(waits.length, 26);
});

Deno.test("LoopDelay weighs a delay by its length: one in a hundred waits when a hundredth of the time is late", () => {
  // 4 ms late in each 400 ms: 1 % of all answers, of which the median waits half of it.
  const waits = told(396 * 10, (millisecond) => millisecond % 396 === 0 ? 4 : 0).sort((a, b) => b - a);
  assertAlmostEquals(waits.filter((waitMs) => waitMs > 0).length / waits.length, 0.01, 1e-3);
  assertEquals(waits[Math.floor(waits.length * 0.005)], 2);
});
