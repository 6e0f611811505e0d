import { assertEquals, assertThrows } from "@std/assert";
import { resourceUsageOf } from "./resource_usage.ts";

Deno.test("resourceUsageOf reads seconds, periods and bytes", () => {
  const statistics = {
    "cpu_stats": {
      "cpu_usage": { "total_usage": 2_500_000_000 },
      "throttling_data": { "throttled_periods": 7 },
    },
    "memory_stats": { usage: 1_000, limit: 2_000, stats: { cache: 1 } },
  };
  assertEquals(resourceUsageOf(statistics, 3), {
    cpuSeconds: 2.5,
    throttledPeriods: 7,
    memoryBytes: 1_000,
    memoryLimitBytes: 2_000,
    outOfMemoryKills: 3,
  });
});

Deno.test("resourceUsageOf counts nothing for a container that has ended", () => {
  const statistics = { "cpu_stats": { "cpu_usage": { "total_usage": 0 } }, "memory_stats": {} };
  assertEquals(resourceUsageOf(statistics, 0).memoryBytes, 0);
});

Deno.test("resourceUsageOf refuses what is none, and shows it", () => {
  assertThrows(() => resourceUsageOf({ message: "no" }, 0), TypeError, 'found {"message":"no"}');
});
