import { assert, assertEquals } from "@std/assert";
import { LatencyHistogram } from "../record/histogram.ts";
import { newHistograms } from "../record/recording.ts";
import { figuresOf, runSelfTest } from "./self_test.ts";

Deno.test("runSelfTest drives a server that is known, and one that is stopped in mid-run", async () => {
  const { figures, valid, reasons } = await runSelfTest({
    seed: 1,
    perSecond: 300,
    durationMs: 2000,
    stallMs: 600,
  });
  // 600 attempts carry p50 and p90, and no p99.
  assertEquals(figures.map(({ load, percent }) => `${load} p${percent}`), [
    "exponential p50",
    "exponential p90",
    "stall p50",
    "stall p90",
  ]);
  const stall = figures.at(-1);
  assert(stall !== undefined);
  // However busy the machine is, it makes nothing faster: a meter that waits for answers would say some 5 ms.
  assert(stall.theoryMs >= 400 && stall.measuredMs >= 0.9 * stall.theoryMs, JSON.stringify(stall));
  assertEquals(valid, reasons.length === 0);
});

Deno.test("figuresOf finds a quantile that is off", () => {
  const response = new LatencyHistogram();
  for (let index = 0; index < 1000; index++) response.add(index < 950 ? 10_000 : 80_000);
  const histograms = { ...newHistograms(), response };
  const result = { recording: { histograms } } as Parameters<typeof figuresOf>[1];
  const figures = figuresOf("stall", result, () => 10);
  assertEquals(figures.map(({ percent, holds }) => [percent, holds]), [[50, true], [90, true], [99, false]]);
});
