import { assertEquals, assertThrows } from "@std/assert";
import { type AttemptSink, OUTCOME, OUTCOME_NAMES } from "../attempt.ts";
import { openRecorder } from "./recorder.ts";
import type { Interval } from "./recording.ts";
import { addAll, recordingOf, type WrittenAttempt } from "./testing/attempts.ts";

const counts = (recording: { readonly histograms: Interval["histograms"] }) =>
  Object.fromEntries(Object.entries(recording.histograms).map(([name, { count }]) => [name, count]));

Deno.test("openRecorder takes response from the plan, service from sending, lag between them", () => {
  const { histograms } = recordingOf([{ plannedT: 10, sentT: 12, firstByteT: 15, endT: 20 }]);
  assertEquals(histograms.response.maxUs, 10_000);
  assertEquals(histograms.service.maxUs, 8000);
  assertEquals(histograms.lag.maxUs, 2000);
  assertEquals(histograms.firstByte.maxUs, 3000);
  assertEquals(histograms.error.count, 0);
});

Deno.test("openRecorder counts every outcome, and times only what took its time", () => {
  const attempts: WrittenAttempt[] = OUTCOME_NAMES.map((outcome) => ({
    plannedT: 1,
    ...(outcome === "refused" || outcome === "shed" ? {} : { sentT: 2 }),
    ...(outcome === "ok" || outcome === "status" ? { firstByteT: 3 } : {}),
    endT: 4,
    outcome,
    bytes: 5,
  }));
  const recording = recordingOf(attempts);
  assertEquals(recording.outcomes, {
    ok: 1,
    status: 1,
    timeout: 1,
    reset: 1,
    refused: 1,
    shed: 1,
    cancelled: 1,
  });
  // Response: ok, status, timeout. Lag: all but the two that were never sent. Error: status and timeout.
  assertEquals(counts(recording), { response: 3, service: 3, lag: 5, firstByte: 2, error: 2 });
  assertEquals(recording.bytes, 35);
  assertEquals(recording.sent, 5);
});

Deno.test("openRecorder does not time a timeout that was never sent as one that was", () => {
  const recording = recordingOf([{ plannedT: 0, endT: 100, outcome: "timeout" }]);
  assertEquals(counts(recording), { response: 1, service: 0, lag: 0, firstByte: 0, error: 1 });
  assertEquals([recording.firstSentT, recording.lastSentT], [NaN, NaN]);
});

Deno.test("openRecorder counts codes by outcome, and strange ones together", () => {
  const attempt = { plannedT: 0, sentT: 0, endT: 1 };
  const { codes } = recordingOf([
    { ...attempt, code: 0 },
    { ...attempt, code: 200 },
    { ...attempt, code: 200 },
    { ...attempt, outcome: "reset", code: 8 },
    { ...attempt, outcome: "status", code: 1021 },
    { ...attempt, outcome: "status", code: 70_000 },
    { ...attempt, outcome: "status", code: -7 },
    { ...attempt, outcome: "refused" },
  ]);
  assertEquals(codes, [
    { outcome: "ok", code: 0, count: 1 },
    { outcome: "ok", code: 200, count: 2 },
    { outcome: "status", code: 1021, count: 1 },
    { outcome: "status", code: 1022, count: 2 },
    { outcome: "reset", code: 8, count: 1 },
    { outcome: "refused", code: -1, count: 1 },
  ]);
});

Deno.test("check passes when all ended once, and names both sums when not", () => {
  const recorder = openRecorder({ startT: 0 });
  addAll(recorder, [{ plannedT: 0, endT: 1 }, { plannedT: 0, endT: 1, outcome: "timeout" }]);
  recorder.check(2);
  for (const planned of [1, 3]) {
    assertThrows(
      () => recorder.check(planned),
      Error,
      `every planned attempt must end once: ${planned} were planned, 2 ended (ok 1, status 0, timeout 1,`,
    );
  }
});

Deno.test("onInterval is told of every interval once, also of those in which nothing ended", () => {
  const seen: [number, number, number, number, number][] = [];
  const recorder = openRecorder({
    startT: 1000,
    intervalMs: 100,
    onInterval: ({ startT, endT, ended, outcomes, bytes, histograms }) => {
      assertEquals(outcomes.ok, ended);
      seen.push([startT, endT, ended, bytes, histograms.response.maxUs]);
    },
  });
  addAll(recorder, [
    { plannedT: 1000, sentT: 1000, endT: 1010, bytes: 3 },
    { plannedT: 1000, sentT: 1000, endT: 1099.9, bytes: 4 },
    { plannedT: 1000, sentT: 1000, endT: 1330, bytes: 5 },
  ]);
  recorder.tick(1399);
  assertEquals(seen.length, 3);
  recorder.tick(1400);
  const recording = recorder.finish(1450);
  assertEquals(seen, [
    [1000, 1100, 2, 7, 99_900],
    [1100, 1200, 0, 0, 0],
    [1200, 1300, 0, 0, 0],
    [1300, 1400, 1, 5, 330_000],
    [1400, 1450, 0, 0, 0],
  ]);
  assertEquals(recording.histograms.response.count, 3);
  assertEquals(recording.bytes, 12);
});

Deno.test("finish keeps attempts that bear a later time than itself", () => {
  const recorder = openRecorder({ startT: 0 });
  addAll(recorder, [{ plannedT: 0, sentT: 0, endT: 1500 }]);
  const { histograms, endT, lastEndT } = recorder.finish(1000);
  assertEquals([histograms.response.count, endT, lastEndT], [1, 1000, 1500]);
});

Deno.test("attempts of the warm-up are in the columns and the sum, and in no figure", () => {
  const told: number[] = [];
  const columns: AttemptSink = { add: (index) => void told.push(index) };
  const recorder = openRecorder({ startT: 0, warmupMs: 100, columns });
  addAll(recorder, [{ plannedT: 99, sentT: 99, endT: 900 }, { plannedT: 100, sentT: 100, endT: 101 }]);
  recorder.check(2);
  const recording = recorder.finish(1000);
  assertEquals([recording.warmup, recording.outcomes.ok, recording.histograms.response.maxUs], [1, 1, 1000]);
  assertEquals(recording.firstPlannedT, 100);
  assertEquals(told, [0, 1]);
});

Deno.test("openRecorder refuses intervals of no length", () => {
  assertThrows(() => openRecorder({ startT: 0, intervalMs: 0 }), RangeError, "intervalMs must be above 0");
});

Deno.test("OUTCOME puts what is timed first, which the recorder relies on", () => {
  assertEquals([OUTCOME.ok, OUTCOME.status, OUTCOME.timeout], [0, 1, 2]);
});
