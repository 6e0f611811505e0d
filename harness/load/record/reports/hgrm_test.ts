import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { LatencyHistogram } from "../histogram.ts";
import { nearestRank } from "../quantile.ts";
import { hgrm } from "./hgrm.ts";

Deno.test("hgrm is HdrHistogram's percentile distribution in milliseconds", () => {
  const histogram = new LatencyHistogram();
  for (let us = 1; us <= 50_000; us++) histogram.add(us);
  const lines = hgrm(histogram).trimEnd().split("\n");
  assertMatch(lines[0] ?? "", /^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)$/);
  const rows = lines.filter((line) => /^ +\d/.test(line)).map((line) => line.trim().split(/\s+/).map(Number));
  assertEquals(rows.length > 40, true);
  for (const [valueMs = NaN, share = NaN, total = NaN] of rows) {
    const rank = Math.max(1, nearestRank(50_000, 100 * share));
    assertAlmostEquals(valueMs, histogram.valueAtRank(rank) / 1000, valueMs / 900 + 0.0011, `at ${share}`);
    assertAlmostEquals(total, 1000 * valueMs, 60, `at ${share}`);
  }
  assertMatch(lines.at(-3) ?? "", /^#\[Mean +=  +25\.0\d\d, StdDeviation +=  +14\.43\d\]$/);
  assertMatch(lines.at(-2) ?? "", /^#\[Max +=  +\d+\.\d+, Total count +=  +50000\]$/);
});

Deno.test("hgrm of nothing is a table of nothing", () => {
  assertMatch(hgrm(new LatencyHistogram()), /Total count +=  +0\]/);
});
