import { assert, assertEquals } from "@std/assert";
import { exponentialDelays, exponentialQuantile, stalledQuantile } from "./known_times.ts";

const near = (found: number, theory: number, within: number) =>
  assert(Math.abs(found - theory) <= within, `${found}, theory ${theory}`);
const quantile = (values: readonly number[], percent: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * percent / 100) - 1] ?? NaN;

Deno.test("exponentialDelays have the quantiles of the distribution itself, in an order by the seed", () => {
  const delays = [...exponentialDelays(10_000, 10, 1)];
  for (const percent of [1, 50, 90, 99]) {
    near(
      quantile(delays, percent),
      exponentialQuantile(percent, 10),
      0.01 * exponentialQuantile(percent, 10),
    );
  }
  assertEquals(delays, [...exponentialDelays(10_000, 10, 1)]);
  const other = [...exponentialDelays(10_000, 10, 2)];
  assert(delays[0] !== other[0]);
  assertEquals(delays.sort(), other.sort());
});

Deno.test("stalledQuantile is what a simulated stall gives", () => {
  const [durationMs, stallMs, delayMs] = [7000, 1400, 5];
  const times = Array.from({ length: 7000 }, (_, dueMs) => {
    const isStalled = dueMs >= 3000 && dueMs < 3000 + stallMs;
    return delayMs + (isStalled ? 3000 + stallMs - dueMs : 0);
  });
  for (const percent of [50, 79, 85, 90, 99]) {
    near(stalledQuantile(percent, stallMs, durationMs, delayMs), quantile(times, percent), 2);
  }
});
