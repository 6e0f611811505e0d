import { assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { quantile } from "../statistics.ts";
import { theoreticalP99Ms } from "./stall.ts";

Deno.test("property: theoreticalP99Ms is the p99 of a server that answers at once but for one stall", () => {
  const stalls = fc.record({
    stallMs: fc.integer({ min: 300, max: 2_000 }),
    durationMs: fc.integer({ min: 2_500, max: 15_000 }),
    ratePerSecond: fc.integer({ min: 400, max: 4_000 }),
  });
  fc.assert(
    fc.property(stalls, ({ stallMs, durationMs, ratePerSecond }) => {
      const beginMs = durationMs / 8;
      const endMs = beginMs + stallMs;
      const periodMs = 1_000 / ratePerSecond;
      const response = Float64Array.from({ length: Math.floor(durationMs / periodMs) }, (_, index) => {
        const dueMs = index * periodMs;
        return dueMs >= beginMs && dueMs < endMs ? endMs - dueMs : 0;
      }).sort();
      // The grid of due times is as fine as a period, and so is the stall's begin on it.
      assertAlmostEquals(
        quantile(response, 0.99),
        theoreticalP99Ms(stallMs, durationMs),
        2 * periodMs + 1e-6,
      );
    }),
    { seed: 4 },
  );
});
