import { assertAlmostEquals, assertEquals } from "@std/assert";
import { openRecorder } from "./recorder.ts";
import { summarise } from "./summary.ts";
import { summarySchema } from "./summary_schema.ts";
import { addAll, recordingOf, steadyAttempts } from "./testing/attempts.ts";

const QUIET = { eventLoopDelayMs: 0.5, stolenShare: 0.001 };

Deno.test("summarise tells rates, counts and the quantiles that the sample carries", () => {
  const summary = summarise(recordingOf(steadyAttempts(1001, 100)), QUIET);
  assertEquals(summary.attempts, 1001);
  assertEquals(summary.outcomes.ok, 1001);
  assertEquals(summary.bytes, 10_010);
  assertAlmostEquals(summary.rate.planned, 1000);
  assertAlmostEquals(summary.rate.sent, 1000);
  assertAlmostEquals(summary.rate.ok, 1001 / summary.seconds);
  assertEquals(summary.response.quantiles.map(({ percent }) => percent), [50, 90, 99]);
  const [median] = summary.response.quantiles;
  assertAlmostEquals(median?.ms ?? NaN, 50.1, 0.06);
  assertAlmostEquals(summary.service.quantiles[0]?.ms ?? NaN, 50, 0.06);
  assertAlmostEquals(summary.lag.maxMs, 0.1);
  assertEquals(summary.validity.valid, true);
  assertEquals(summarySchema.parse(summary), summary);
});

Deno.test("summarise marks each quantile that the generator made, and the run when that is p99", () => {
  // One in fifty is sent 30 ms late and takes as long as all others.
  const late = steadyAttempts(2000, 10).map((attempt, index) =>
    index % 50 === 0 ? { ...attempt, sentT: index + 30, endT: index + 35 } : attempt
  );
  const summary = summarise(recordingOf(late), QUIET);
  assertEquals(summary.response.quantiles.map(({ percent, limited }) => [percent, limited]), [
    [50, false],
    [90, false],
    [99, true],
  ]);
  assertEquals(summary.service.quantiles.every(({ limited }) => !limited), true);
  assertEquals(summary.validity.valid, false);
  assertEquals(summary.validity.reasons, [
    "the generator sent 30.00 ms late at p99, beside a figure of 35.00 ms",
  ]);
});

Deno.test("summarise holds lag against an objective where there is one", () => {
  const late = steadyAttempts(2000, 1).map((attempt, index) => ({
    ...attempt,
    sentT: index + 2,
    endT: index + 3,
  }));
  assertEquals(summarise(recordingOf(late), QUIET).validity.valid, false);
  assertEquals(summarise(recordingOf(late), { ...QUIET, objectiveMs: 20 }).validity.valid, true);
});

Deno.test("summarise says that what was planned was not sent", () => {
  const shed = steadyAttempts(1000, 5).map((attempt, index) =>
    index < 500 ? attempt : { plannedT: index, endT: index, outcome: "shed" as const }
  );
  const { validity, outcomes } = summarise(recordingOf(shed), QUIET);
  assertEquals([outcomes.ok, outcomes.shed, validity.shedShare], [500, 500, 0.5]);
  assertEquals(validity.valid, false);
});

Deno.test("summarise counts seconds until the last attempt ended, not until the recorder was told to finish", () => {
  const recorder = openRecorder({ startT: 0 });
  addAll(recorder, steadyAttempts(1000, 1));
  const { seconds, rate } = summarise(recorder.finish(5000), QUIET);
  assertAlmostEquals(seconds, 1.0001);
  assertAlmostEquals(rate.ok, 1000 / 1.0001);
});

Deno.test("summarise finds the rate that fell behind the plan", () => {
  const slow = steadyAttempts(1000, 5).map((attempt, index) => ({
    ...attempt,
    sentT: index * 1.25,
    endT: index * 1.25 + 50,
  }));
  assertAlmostEquals(summarise(recordingOf(slow), QUIET).validity.achievedShare, 0.8, 1e-9);
});

Deno.test("summarise makes an invalid summary, and no NaN, of a load that had nothing to do", () => {
  const summary = summarise(recordingOf([]), QUIET);
  assertEquals(summarySchema.parse(summary), summary);
  assertEquals(summary.rate, { planned: 0, sent: 0, ok: 0 });
  assertEquals(summary.validity.reasons[0], "0 samples, at least 20 are needed");
});

Deno.test("summarise has no rate of a closed loop's single moment, and says null of what it cannot know", () => {
  const recorder = openRecorder({ startT: 0 });
  addAll(recorder, [{ plannedT: 5, sentT: 5, endT: 6 }]);
  const summary = summarise(recorder.finish(6), { eventLoopDelayMs: 0, stolenShare: undefined });
  assertEquals(summarySchema.parse(summary), summary);
  assertEquals([summary.validity.stolenShare, summary.validity.achievedShare], [null, 1]);
});
