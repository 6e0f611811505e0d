import { assertAlmostEquals, assertEquals } from "@std/assert";
import { recordingOf, RUN, steadyAttempts } from "../testing/attempts.ts";
import { fortioReport } from "./fortio.ts";

const ATTEMPT = { plannedT: 0, sentT: 0 };

Deno.test("fortioReport has fortio's buckets: above Start, up to End, cumulative percent, ends at the extremes", () => {
  // 0.05 ms, 0.1 ms (a limit belongs to the bucket below it), 0.15 ms, 0.15 ms, 11 s.
  const recording = recordingOf(
    [0.05, 0.1, 0.15, 0.15, 11_000].map((endT) => ({ ...ATTEMPT, endT, code: 0 })),
  );
  const { DurationHistogram: histogram } = fortioReport(recording, RUN);
  assertEquals(histogram.Data, [
    { Start: 0.00005, End: 0.0001, Percent: 40, Count: 2 },
    { Start: 0.0001, End: 0.0002, Percent: 80, Count: 2 },
    { Start: 10, End: 11, Percent: 100, Count: 1 },
  ]);
  assertEquals([histogram.Count, histogram.Min, histogram.Max], [5, 0.00005, 11]);
  assertAlmostEquals(histogram.Sum, 11.00045);
  assertAlmostEquals(histogram.Avg, 2.20009);
  assertAlmostEquals(histogram.StdDev, 4.4, 0.01);
});

Deno.test("fortioReport keeps errors inside the durations, and what took no time of its own in RetCodes alone", () => {
  const recording = recordingOf([
    { ...ATTEMPT, endT: 1, code: 0 },
    { ...ATTEMPT, endT: 2, code: 14, outcome: "status" },
    { ...ATTEMPT, endT: 3, outcome: "timeout" },
    { ...ATTEMPT, endT: 4, outcome: "reset", code: 8 },
    { ...ATTEMPT, endT: 4, outcome: "reset", code: 2 },
    { ...ATTEMPT, endT: 5, outcome: "refused" },
  ]);
  const report = fortioReport(recording, RUN);
  assertEquals(report.RetCodes, { 0: 1, 14: 1, timeout: 1, reset: 2, refused: 1 });
  assertEquals([report.DurationHistogram.Count, report.ErrorsDurationHistogram.Count], [3, 2]);
});

Deno.test("fortioReport tells rate, duration and percentiles under fortio's names", () => {
  const report = fortioReport(recordingOf(steadyAttempts(1001, 100)), RUN);
  assertEquals(report.RequestedQPS, "1000");
  assertAlmostEquals(report.ActualQPS, 1001 / (report.ActualDuration / 1e9), 1e-3);
  assertEquals(report.DurationHistogram.Percentiles.map(({ Percentile }) => Percentile), [50, 75, 90, 99]);
  assertAlmostEquals(report.DurationHistogram.Percentiles[0]?.Value ?? NaN, 0.0501, 0.0001);
  assertEquals([report.RunType, report.Destination, report.URL], ["GRPC", RUN.target, ""]);
  assertEquals(fortioReport(recordingOf([]), { ...RUN, protocol: "http1" }), {
    ...fortioReport(recordingOf([]), RUN),
    RunType: "HTTP",
    Destination: "",
    URL: RUN.target,
  });
});

Deno.test("fortioReport of nothing holds no NaN, which JSON has not", () => {
  const report = fortioReport(recordingOf([]), RUN);
  assertEquals(JSON.parse(JSON.stringify(report)), { ...report });
});
