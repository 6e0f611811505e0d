import { assert, assertEquals, assertRejects } from "@std/assert";
import { OUTCOME } from "../attempt.ts";
import { EndedAttempts } from "./ended_attempts.ts";
import { paceClosed, paceOpen } from "./pace.ts";
import { fakeTarget } from "./testing/fake_target.ts";
import { rememberingSink } from "./testing/remembering_sink.ts";

const REQUEST = { head: new Uint8Array(1), body: new Uint8Array(0) };

function harness(answers: "never" | "soon" | "refused") {
  const sink = rememberingSink();
  const ended = new EndedAttempts(sink);
  const target = fakeTarget(ended, answers);
  return { sink, ended, target, requestOf: () => REQUEST, timeoutMs: 1000 };
}
const due = (...chunks: readonly number[][]) => chunks.map((chunk) => Float64Array.from(chunk));
const chunkOf = (count: number, gapMs: number) => Array.from({ length: count }, (_, index) => index * gapMs);

Deno.test("paceOpen begins every attempt of every chunk in order, none before it is due", async () => {
  const { sink, ...parts } = harness("soon");
  const startT = performance.now();
  const dueTimes = due(chunkOf(100, 0.3), [30, 30, 30.1, 55], [56]);
  const planned = await paceOpen({ ...parts, startT, dueTimes, maxInFlight: 1000 });
  assertEquals(planned, 105);
  assertEquals(sink.rows.map(([index]) => index), Array.from({ length: 105 }, (_, index) => index));
  const wanted = dueTimes.flatMap((chunk) => [...chunk]).map((dueMs) => startT + dueMs);
  assertEquals(sink.rows.map(([, plannedT]) => plannedT), wanted);
  assert(sink.rows.every(([, plannedT = NaN, sentT = NaN]) => sentT >= plannedT));
  assert(sink.outcomes.every((outcome) => outcome === OUTCOME.ok));
});

Deno.test("paceOpen sends what is overdue together, and lets answers in between", async () => {
  const { sink, ...parts } = harness("soon");
  const planned = await paceOpen({
    ...parts,
    startT: performance.now() - 1000,
    dueTimes: due(chunkOf(3000, 0.01)),
    maxInFlight: 3000,
  });
  assertEquals([planned, sink.rows.length], [3000, 3000]);
  assert(parts.target.flushes <= 10, `${parts.target.flushes} flushes`);
  assert(parts.target.mostInFlight < 3000, `${parts.target.mostInFlight} in flight`);
});

Deno.test("paceOpen sheds what is due beyond the bound of attempts in flight", async () => {
  const { sink, ...parts } = harness("never");
  const paced = paceOpen({
    ...parts,
    startT: performance.now(),
    dueTimes: due(chunkOf(10, 0)),
    maxInFlight: 3,
  });
  while (sink.rows.length < 7) await new Promise((resolve) => setImmediate(resolve));
  for (let count = 0; count < 3; count++) parts.target.answer();
  assertEquals(await paced, 10);
  assertEquals(sink.outcomes.filter((outcome) => outcome === OUTCOME.ok).length, 3);
  assertEquals(sink.outcomes.filter((outcome) => outcome === OUTCOME.shed).length, 7);
});

Deno.test("paceOpen that is stopped leaves what is not due unplanned, and the rest to the target", async () => {
  const { sink, ...parts } = harness("never");
  const stop = new AbortController();
  const paced = paceOpen({
    ...parts,
    startT: performance.now(),
    dueTimes: due([0, 0, 0, 3_600_000]),
    maxInFlight: 10,
    signal: stop.signal,
  });
  while (parts.target.inFlight < 3) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  assertEquals(await paced, 3);
  await parts.target[Symbol.asyncDispose]();
  assertEquals(sink.outcomes, [OUTCOME.cancelled, OUTCOME.cancelled, OUTCOME.cancelled]);
});

Deno.test("paceOpen says cancelled of what was overdue when it was stopped", async () => {
  const { sink, ...parts } = harness("never");
  const planned = await paceOpen({
    ...parts,
    startT: performance.now() - 10,
    dueTimes: due([0, 1, 2, 3_600_000]),
    maxInFlight: 10,
    signal: AbortSignal.abort(),
  });
  assertEquals(planned, 3);
  assertEquals(sink.outcomes, [OUTCOME.cancelled, OUTCOME.cancelled, OUTCOME.cancelled]);
  assert(sink.rows.every(([, , sentT]) => Number.isNaN(sentT)));
});

Deno.test("paceOpen rejects with the error of a request that cannot be made", async () => {
  const { sink: _, ...parts } = harness("soon");
  const requestOf = () => {
    throw new TypeError("no such row");
  };
  const open = { ...parts, startT: performance.now(), dueTimes: due([0]), maxInFlight: 10, requestOf };
  await assertRejects(() => paceOpen(open), TypeError, "no such row");
  const closed = { ...parts, startT: performance.now(), concurrency: 1, requests: 5, requestOf };
  await assertRejects(() => paceClosed(closed), TypeError, "no such row");
});

Deno.test("paceOpen tells of the event loop's delay", async () => {
  const { sink: _, ...parts } = harness("soon");
  const delays: number[] = [];
  const startT = performance.now();
  // Something else holds the loop for 40 ms, which is no lag of the plan alone.
  setTimeout(() => {
    for (const until = performance.now() + 40; performance.now() < until;);
  }, 10);
  await paceOpen({
    ...parts,
    startT,
    dueTimes: due([...chunkOf(10, 3), 90]),
    maxInFlight: 10,
    onDelay: (delayMs) => delays.push(delayMs),
  });
  assert(Math.max(...delays) > 20, `delays ${delays}`);
});

Deno.test("paceClosed holds its concurrency until its requests are done", async () => {
  const { sink, ...parts } = harness("soon");
  const planned = await paceClosed({ ...parts, startT: performance.now(), concurrency: 7, requests: 500 });
  assertEquals([planned, sink.rows.length, parts.target.mostInFlight], [500, 500, 7]);
  assert(sink.rows.every(([, plannedT = NaN, sentT = NaN]) => sentT >= plannedT));
});

Deno.test("paceClosed begins nothing after its duration, and awaits what is in flight", async () => {
  const { sink, ...parts } = harness("soon");
  const startT = performance.now();
  const planned = await paceClosed({ ...parts, startT, concurrency: 2, durationMs: 20 });
  assertEquals(sink.rows.length, planned);
  assert(planned > 2 && sink.rows.every(([, plannedT = NaN]) => plannedT < startT + 20));
});

Deno.test("paceClosed on a target that refuses at once still lets the event loop turn", async () => {
  const { sink, ...parts } = harness("refused");
  const stop = new AbortController();
  // A timer that never came would leave the loop going on for good.
  setTimeout(() => stop.abort(), 20);
  const startT = performance.now();
  const planned = await paceClosed({
    ...parts,
    startT,
    concurrency: 2,
    durationMs: 1e9,
    signal: stop.signal,
  });
  await parts.target[Symbol.asyncDispose]();
  assert(sink.outcomes.filter((outcome) => outcome === OUTCOME.refused).length >= 2);
  assertEquals(sink.rows.length, planned);
});
