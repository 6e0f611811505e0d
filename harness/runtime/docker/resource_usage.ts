/** The counters of a container, out of the engine's statistics. */
import { z } from "zod";
import type { ResourceUsage } from "../../model/runtime.ts";

/** What is read of GET /containers/{id}/stats; the same for both versions of control groups. */
const statisticsSchema = z.object({
  "cpu_stats": z.object({
    // Nanoseconds.
    "cpu_usage": z.object({ "total_usage": z.number() }),
    "throttling_data": z.object({ "throttled_periods": z.number() }).partial().optional(),
  }),
  // Empty where the container has ended.
  "memory_stats": z.object({ usage: z.number(), limit: z.number() }).partial(),
});

/**
 * Reads the statistics.
 *
 * @param outOfMemoryKills Counted elsewhere: the engine's statistics lack it.
 * @throws {TypeError} When they are not those of a container on Linux.
 */
export function resourceUsageOf(statistics: unknown, outOfMemoryKills: number): ResourceUsage {
  const parsed = statisticsSchema.safeParse(statistics);
  if (!parsed.success) {
    throw new TypeError(
      `Cannot read a container's counters: expected cpu_stats and memory_stats as Docker gives them, found ${
        JSON.stringify(statistics)?.slice(0, 300)
      }`,
    );
  }
  const cpu = parsed.data["cpu_stats"];
  const memory = parsed.data["memory_stats"];
  return {
    cpuSeconds: cpu["cpu_usage"]["total_usage"] / 1e9,
    throttledPeriods: cpu["throttling_data"]?.["throttled_periods"] ?? 0,
    memoryBytes: memory.usage ?? 0,
    memoryLimitBytes: memory.limit ?? 0,
    outOfMemoryKills,
  };
}
