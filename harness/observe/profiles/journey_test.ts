import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { history, type HistoryBuilder } from "../../judge/testing/history_builder.ts";
import type { Policy } from "../../model/policy.ts";
import { JOURNEY_KINDS, journeyOf, type JourneyPlace } from "./journey.ts";
import { type StackSample, totalsOf } from "./stack_profile.ts";

const PLACE: JourneyPlace = { mesh: "reference", cell: "reference.some", scenario: "some/thing" };

type Row = Readonly<Record<string, number>>;

/** Stacks in words beneath scenario, route and hop of the call, with the values that are not 0. */
function rowsOf(samples: readonly StackSample[]): Record<string, Row> {
  return Object.fromEntries(samples.map(({ stack, values }) => [
    stack.slice(3).map(({ name }) => name).join(" > "),
    Object.fromEntries(
      JOURNEY_KINDS.map(({ type }, index) => [type, values[index] ?? 0] as const)
        .filter(([type, value]) => value !== 0 && type !== "bytes"),
    ),
  ]));
}

function journey(built: HistoryBuilder, place = PLACE): readonly StackSample[] {
  return journeyOf(built.judged, place);
}

function attempt(
  built: HistoryBuilder,
  id: string,
  instance: string,
  fromT: number,
  toT: number | undefined,
  status = "OK",
  headers: Record<string, string> = {},
): void {
  const service = instance.replace(/-\d+$/, "");
  const ordinal =
    built.events.filter((event) =>
      event.kind === "attempt.received" && event.id === id && event.instance === instance
    ).length + 1;
  const source = `upstream:${instance}`;
  built.record(
    source,
    { kind: "attempt.received", id, instance, service, method: "Call", ordinal, headers },
    fromT,
  );
  if (toT !== undefined) built.record(source, { kind: "attempt.ended", id, instance, ordinal, status }, toT);
}

Deno.test("journeyOf: a retried call has a stack for each attempt, the back-off between them, and the way there and back", () => {
  const built = history().call("load", { id: "c#1", sentT: 10, tookMs: 20, at: [] });
  attempt(built, "c#1", "echo-1", 12, 15, "UNAVAILABLE");
  attempt(built, "c#1", "echo-2", 20, 29);
  assertEquals(rowsOf(journey(built)), {
    "attempt 1 > no fault > UNAVAILABLE": { attempts: 1, latency: 3_000 },
    "attempt 2 > no fault > OK": { requests: 1, attempts: 1, latency: 9_000 },
    "back-off before attempt 2 > no fault": { latency: 5_000, backoff: 5_000 },
    "in the mesh > no fault > OK": { latency: 3_000 },
  });
});

Deno.test("journeyOf: scenario, route and hop come first; labels name mesh, cell, phase and instance", () => {
  const built = history().instance("echo-1", { version: "v2" }).call("load");
  const [sample] = journey(built);
  assertEquals(sample?.stack.slice(0, 3).map(({ name }) => name), [
    "some/thing",
    "echo/Call → version=v2",
    "harness → echo",
  ]);
  assertEquals(sample?.labels, {
    mesh: "reference",
    cell: "reference.some",
    phase: "load",
    instance: "echo-1",
  });
});

Deno.test("journeyOf: a route is named by the policy's subset that the instance is in", () => {
  const policy = {
    routes: [],
    destinations: [
      { service: "other", subsets: { wrong: { version: "v2" } } },
      { service: "echo", subsets: { all: {}, old: { version: "v1" }, canary: { version: "v2" } } },
    ],
    mutualTls: "DISABLE",
    file: "",
  } as unknown as Policy;
  const built = history().instance("echo-1", { version: "v2", zone: "a" }).call("load");
  assertEquals(journey(built, { ...PLACE, policy })[0]?.stack[1]?.name, "echo/Call → canary");
});

Deno.test("journeyOf: onward calls stand beneath the attempt that made them, and take their time from it", () => {
  const built = history().call("load", { id: "c#1", service: "front", sentT: 0, tookMs: 30, at: [] });
  attempt(built, "c#1", "front-1", 1, 5, "UNAVAILABLE");
  attempt(built, "c#1", "front-1", 6, 29);
  attempt(built, "c#1/1", "back-1", 8, 18);
  attempt(built, "c#1/1/1", "deep-1", 10, 13);
  const second = "attempt 2 > no fault > OK";
  const back = `${second} > back/Call → any > front → back > attempt 1 > no fault > OK`;
  assertEquals(rowsOf(journey(built)), {
    "attempt 1 > no fault > UNAVAILABLE": { attempts: 1, latency: 4_000 },
    [`${back} > deep/Call → any > back → deep > attempt 1 > no fault > OK`]: { attempts: 1, latency: 3_000 },
    [back]: { attempts: 1, latency: 7_000 },
    [second]: { requests: 1, attempts: 1, latency: 13_000 },
    "back-off before attempt 2 > no fault": { latency: 1_000, backoff: 1_000 },
    "in the mesh > no fault > OK": { latency: 2_000 },
  });
});

Deno.test("journeyOf: of onward calls at the same time the one that is waited for longest has it", () => {
  const built = history().call("load", { id: "c#1", service: "front", sentT: 0, tookMs: 20, at: [] });
  attempt(built, "c#1", "front-1", 0, 20);
  attempt(built, "c#1/1", "left-1", 2, 12);
  attempt(built, "c#1/2", "right-1", 4, 8);
  const rows = rowsOf(journey(built));
  const own = "attempt 1 > no fault > OK";
  assertEquals(rows[`${own} > left/Call → any > front → left > ${own}`], { attempts: 1, latency: 10_000 });
  assertEquals(rows[`${own} > right/Call → any > front → right > ${own}`], { attempts: 1 });
  assertEquals(rows[own], { requests: 1, attempts: 1, latency: 10_000 });
});

Deno.test("journeyOf: an attempt knows the faults that were in force when it arrived", () => {
  const built = history();
  const at = (t: number) => {
    built.nowT = t;
    return built;
  };
  at(0).call("load", { tookMs: 1 });
  at(5).fault("slow", "begin").call("load", { tookMs: 1 });
  at(7).fault("cut", "begin").call("load", { tookMs: 1, status: "UNAVAILABLE" });
  at(9).fault("slow", "healed").fault("cut", "healed").call("load", { tookMs: 1 });
  const requests = Object.entries(rowsOf(journey(built))).flatMap(([stack, row]) =>
    row["requests"] === undefined ? [] : [[stack, row["requests"]]]
  );
  assertEquals(requests, [
    ["attempt 1 > no fault > OK", 2],
    ["attempt 1 > fault: slow > OK", 1],
    ["attempt 1 > fault: cut, slow > UNAVAILABLE", 1],
  ]);
});

Deno.test("journeyOf: a call that timed out before any instance had it is wholly in the mesh, as one without an answer", () => {
  const built = history()
    .call("load", { sentT: 0, tookMs: 50, at: [], status: "DEADLINE_EXCEEDED" })
    .call("load", { sentT: 60, at: [], answered: false });
  const samples = journey(built);
  assertEquals(rowsOf(samples), {
    "in the mesh > no fault > DEADLINE_EXCEEDED": { requests: 1, latency: 50_000 },
    "in the mesh > no fault > no answer": { requests: 1 },
  });
  assertEquals(samples[0]?.stack[1]?.name, "echo/Call → no instance");
});

Deno.test("journeyOf: an upstream that goes on after the answer has no more time than the call", () => {
  const built = history().call("load", {
    id: "c#1",
    sentT: 0,
    tookMs: 10,
    at: [],
    status: "DEADLINE_EXCEEDED",
  });
  attempt(built, "c#1", "echo-1", 2, 500, "CANCELLED");
  assertEquals(rowsOf(journey(built)), {
    "attempt 1 > no fault > CANCELLED": { requests: 1, attempts: 1, latency: 8_000 },
    "in the mesh > no fault > DEADLINE_EXCEEDED": { latency: 2_000 },
  });
});

Deno.test("journeyOf: bytes are those of the header fields that ledgers saw", () => {
  const built = history().call("load", {
    id: "c#1",
    at: [],
    answerHeaders: { a: "é" },
    trailers: { "grpc-status": "0" },
  });
  attempt(built, "c#1", "echo-1", 0.5, 1, "OK", { te: "trailers" });
  assertEquals(totalsOf({ kinds: JOURNEY_KINDS, samples: journey(built) })[5], 3 + 12 + 10);
});

Deno.test("journeyOf: whatever is recorded, the values add up to those of the calls", () => {
  const moment = fc.integer({ min: 0, max: 100_000 }).map((us) => us / 1000);
  const seen = fc.record({
    hop: fc.constantFrom("", "/1", "/2", "/1/1"),
    instance: fc.constantFrom("echo-1", "echo-2", "back-1"),
    fromT: moment,
    lasts: fc.option(moment, { nil: undefined }),
  });
  const made = fc.record({
    sentT: moment,
    late: moment,
    tookMs: moment,
    answered: fc.boolean(),
    seen: fc.array(seen),
  });
  fc.assert(fc.property(fc.array(made, { maxLength: 4 }), (calls) => {
    const built = history();
    for (const [index, { sentT, tookMs, answered, seen }] of calls.entries()) {
      const id = `c#${index}`;
      built.call("load", { id, sentT, tookMs, answered, at: [] });
      for (const { hop, instance, fromT, lasts } of seen) {
        attempt(built, id + hop, instance, fromT, lasts === undefined ? undefined : fromT + lasts);
      }
    }
    const { calls: joined } = built.judged;
    const [requests, attempts = 0, latency, , backoff = 0] = totalsOf({
      kinds: JOURNEY_KINDS,
      samples: journey(built),
    });
    assertEquals(requests, joined.length);
    const answeredUs = joined.reduce(
      (sum, { sent, answered }) =>
        sum + (answered === undefined ? 0 : Math.round(answered.t * 1000) - Math.round(sent.t * 1000)),
      0,
    );
    if (joined.every((call) => call.answered !== undefined)) assertEquals(latency, answeredUs);
    else assertEquals((latency ?? 0) >= answeredUs, true);
    assertEquals(backoff <= (latency ?? 0), true);
    // Onward calls that no attempt of the call can have made are nobody's.
    const reached = calls.flatMap(({ seen }) => {
      const has = (hop: string) => seen.some((each) => each.hop === hop);
      return seen.filter(({ hop }) => has("") && (hop !== "/1/1" || has("/1")));
    });
    assertEquals(attempts, reached.length);
  }));
});

Deno.test("journeyOf: a queue is what lies between plan and sending", () => {
  const built = history().call("load", { sentT: 10, tookMs: 1 });
  const late = built.events.map((event) => event.kind === "request.sent" ? { ...event, plannedT: 4 } : event);
  built.events.splice(0, built.events.length, ...late);
  assertEquals(rowsOf(journey(built))["attempt 1 > no fault > OK"]?.["queue"], 6_000);
});
