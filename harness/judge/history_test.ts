import { assertEquals } from "@std/assert";
import { History, latencyMs } from "./history.ts";
import { history } from "./testing/history_builder.ts";

Deno.test("History joins a call with its answer and its attempts by the request id", () => {
  const { calls } = history()
    .call("phase", { id: "a", at: ["echo-1", "echo-2"], tookMs: 9, by: "echo-2" })
    .call("other", { id: "b", at: [], status: "UNAVAILABLE" })
    .judged;

  assertEquals(calls.map((call) => [call.id, call.phase]), [["a", "phase"], ["b", "other"]]);
  const [first, second] = calls;
  assertEquals(first?.attempts.map((attempt) => attempt.received.instance), ["echo-1", "echo-2"]);
  assertEquals(first?.attempts.map((attempt) => attempt.ended?.status), ["OK", "OK"]);
  assertEquals(first?.answered?.instance, "echo-2");
  assertEquals(first && latencyMs(first), 9);
  assertEquals(second?.attempts, []);
  assertEquals(second?.answered?.status, "UNAVAILABLE");
});

Deno.test("History puts the attempts of a call in the order in which upstreams received them", () => {
  const { events } = history().call("phase", { id: "a", at: ["echo-1", "echo-2", "echo-3"] });
  const [call] = new History([...events].reverse()).calls;
  assertEquals(call?.attempts.map((attempt) => attempt.received.instance), ["echo-1", "echo-2", "echo-3"]);
});

Deno.test("History joins an attempt's end by instance and ordinal, not by id alone", () => {
  const [call] = history()
    .call("phase", { id: "a", at: ["echo-1", "echo-1"], status: "UNAVAILABLE" })
    .record("upstream:echo-2", {
      kind: "attempt.received",
      id: "a",
      instance: "echo-2",
      service: "echo",
      method: "Call",
      ordinal: 1,
      headers: {},
    }).judged.calls;
  assertEquals(call?.attempts.map((attempt) => attempt.ended?.ordinal), [1, 2, undefined]);
});

Deno.test("History leaves a call's downstream calls out of its own attempts", () => {
  const [call] = history().call("phase", { id: "a" }).record("upstream:back-1", {
    kind: "attempt.received",
    id: "a/1",
    instance: "back-1",
    service: "back",
    method: "Call",
    ordinal: 1,
    headers: {},
  }).judged.calls;
  assertEquals(call?.attempts.length, 1);
});

Deno.test("History keeps a call that was never answered, with an infinite latency", () => {
  const [call] = history().call("phase", { answered: false }).judged.calls;
  assertEquals(call?.answered, undefined);
  assertEquals(call && latencyMs(call), Infinity);
});

Deno.test("History does not change the events that it is given, and sorts its own by time, then by number", () => {
  const { events } = history().lag(1, 30).lag(2, 10).lag(3, 10);
  const own = new History(events);
  assertEquals(events.map((event) => event.seq), [0, 1, 2]);
  assertEquals(own.events.map((event) => event.seq), [1, 2, 0]);
});

Deno.test("History.inSubset wants every label, and knows none of an instance that is not on the roster", () => {
  const { judged } = history().instance("echo-1", { version: "v1", zone: "a" });
  assertEquals(judged.inSubset("echo-1", { version: "v1" }), true);
  assertEquals(judged.inSubset("echo-1", { version: "v1", zone: "b" }), false);
  assertEquals(judged.inSubset("stranger", { version: "v1" }), false);
  assertEquals(judged.labelsOf("stranger"), {});
});

Deno.test("History.lagMs is the worst sample of the span, with the one that closes it and none from before or after", () => {
  const { judged } = history().lag(400, 50).lag(7, 150).lag(90, 250).lag(500, 350);
  assertEquals(judged.lagMs(100, 200), 90);
  assertEquals(judged.lagMs(100, 120), 7);
  assertEquals(judged.lagMs(100, Infinity), 500);
  assertEquals(judged.lagMs(400, 500), 0);
});
