import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type CallExpectation, everyCall } from "./calls.ts";
import { type CallSpec, history } from "./testing/history_builder.ts";

/** Judges two calls by one expectation: a sound one that is OK at echo-1, then the one given. */
function judge(expectation: CallExpectation, spec: CallSpec) {
  const { judged } = history()
    .instance("echo-1", { version: "v1" })
    .instance("echo-2", { version: "v2" })
    .call("phase", { message: "sound", tookMs: 20 })
    .call("phase", { id: "odd", message: "sound", tookMs: 20, ...spec });
  return everyCall(judged, "phase", judged.calls, expectation);
}

const FIELDS: Readonly<
  Record<string, {
    readonly expectation: CallExpectation;
    readonly keeps: CallSpec;
    readonly breaks: CallSpec;
    readonly says: RegExp;
  }>
> = {
  "status": {
    expectation: { status: "OK" },
    keeps: {},
    breaks: { status: "UNAVAILABLE" },
    says: /1 of 2 calls otherwise; odd: status UNAVAILABLE \(expected status OK\)/,
  },
  "status of several": {
    expectation: { status: ["OK", "NOT_FOUND"] },
    keeps: { status: "NOT_FOUND" },
    breaks: { status: "UNAVAILABLE" },
    says: /expected status OK or NOT_FOUND/,
  },
  "status without an answer": {
    expectation: { status: "OK" },
    keeps: {},
    breaks: { answered: false },
    says: /status no answer/,
  },
  "attempts, one too many": {
    expectation: { attempts: 1 },
    keeps: {},
    breaks: { at: ["echo-1", "echo-1"] },
    says: /odd: 2 attempts upstream \(expected 1/,
  },
  "attempts, one too few": {
    expectation: { attempts: 1 },
    keeps: {},
    breaks: { at: [] },
    says: /odd: 0 attempts upstream/,
  },
  "subset, by who received": {
    expectation: { subset: { version: "v1" } },
    keeps: {},
    breaks: { at: ["echo-2", "echo-1"] },
    says: /at echo-2, echo-1/,
  },
  "subset, by who answered": {
    expectation: { subset: { version: "v1" } },
    keeps: {},
    breaks: { at: ["echo-1"], by: "echo-2" },
    says: /at echo-1, echo-2/,
  },
  "subset, where nobody received": {
    expectation: { subset: { version: "v1" } },
    keeps: {},
    breaks: { at: [], status: "UNAVAILABLE" },
    says: /at no instance/,
  },
  "withinMs": {
    expectation: { withinMs: 20 },
    keeps: {},
    breaks: { tookMs: 21 },
    says: /after 21\.0 ms \(expected answered within 20 ms\)/,
  },
  "withinMs without an answer": {
    expectation: { withinMs: 20 },
    keeps: {},
    breaks: { answered: false },
    says: /never/,
  },
  "afterMs": {
    expectation: { afterMs: 20 },
    keeps: {},
    breaks: { tookMs: 19 },
    says: /after 19\.0 ms \(expected answered after 20 ms or more\)/,
  },
  "afterMs without an answer": {
    expectation: { afterMs: 20 },
    keeps: {},
    breaks: { answered: false },
    says: /never/,
  },
  "says, in the message": {
    expectation: { says: /sound/ },
    keeps: {},
    breaks: { message: "something else" },
    says: /answer says "something else"/,
  },
  "says, in headers and trailers": {
    expectation: { says: /sound|x-flags: UO|grpc-message: full/ },
    keeps: { message: "", answerHeaders: { "x-flags": "UO" } },
    breaks: { message: "", trailers: { "grpc-message": "empty" } },
    says: /grpc-message: empty/,
  },
  "notAt": {
    expectation: { notAt: ["echo-2", "echo-3"] },
    keeps: {},
    breaks: { at: ["echo-1", "echo-2", "echo-2"] },
    says: /2 at echo-2 \(expected no attempt at echo-2, echo-3\)/,
  },
};

for (const [field, { expectation, keeps, breaks, says }] of Object.entries(FIELDS)) {
  Deno.test(`everyCall judges ${field}`, () => {
    const kept = judge(expectation, keeps);
    assertEquals(kept.verdict, "pass", kept.actual);
    const broken = judge(expectation, breaks);
    assertEquals(broken.verdict, "fail", broken.actual);
    assertMatch(broken.actual, says);
  });
}

Deno.test("everyCall shows the sent, received and answered events of the call that broke it", () => {
  const check = judge({ status: "OK" }, { status: "UNAVAILABLE", at: ["echo-1", "echo-2"] });
  // Two roster events and four of the first call come before.
  assertEquals(check.evidence, [6, 7, 9, 11]);
});

Deno.test("everyCall names every field of its expectation", () => {
  const { expected } = judge({ status: ["OK", "NOT_FOUND"], attempts: 1, says: /so.nd/ }, {});
  assertEquals(expected, 'phase: every call status ["OK","NOT_FOUND"], attempts 1, says /so.nd/');
});

Deno.test("everyCall is inconclusive where the harness was late itself", () => {
  const { judged } = history().call("phase", { tookMs: 300 }).lag(200);
  const check = everyCall(judged, "phase", judged.calls, { withinMs: 250 });
  assertEquals(check.verdict, "inconclusive");
});

Deno.test("everyCall cannot tell what a call would have come to that its caller gave up while programs waited", () => {
  const given = history().call("phase", { tookMs: 5_001, status: "DEADLINE_EXCEEDED" });
  const verdict = (waitedMs: number, status: string) => {
    const { judged } = history().call("phase", { tookMs: 5_001, status: "DEADLINE_EXCEEDED" }).waited(
      waitedMs,
      5_000,
    );
    return everyCall(judged, "phase", judged.calls, { status }).verdict;
  };
  const { deadlineMs } = given.judged.calls[0]!.sent;
  assertEquals(deadlineMs, 5_000);
  assertEquals([verdict(2_499, "UNAVAILABLE"), verdict(2_500, "UNAVAILABLE")], ["fail", "inconclusive"]);
  assertEquals(verdict(5_000, "DEADLINE_EXCEEDED"), "pass");
  const early = history().call("phase", { tookMs: 900, status: "DEADLINE_EXCEEDED" }).waited(900, 900).judged;
  assertEquals(everyCall(early, "phase", early.calls, { status: "UNAVAILABLE" }).verdict, "fail");
});

Deno.test("everyCall fails on what a late harness cannot excuse, in the same call and in another", () => {
  const { judged } = history()
    .call("same", { tookMs: 300, message: "wrong" })
    .call("other", { tookMs: 300 })
    .call("other", { status: "INTERNAL" })
    .lag(200);
  for (const phase of ["same", "other"]) {
    const check = everyCall(judged, phase, judged.callsOf(phase), {
      withinMs: 250,
      says: /^ \| |^$/,
      status: "OK",
    });
    assertEquals(check.verdict, "fail", check.actual);
  }
});

Deno.test("everyCall judges each call alike by a pattern with the flag g", () => {
  const { judged } = history().calls("phase", 4, { message: "overflow" });
  assertEquals(everyCall(judged, "phase", judged.calls, { says: /overflow/g }).verdict, "pass");
});

Deno.test("everyCall over no calls is vacuous", () => {
  const check = everyCall(history().judged, "phase", [], { status: "OK" });
  assertEquals([check.verdict, check.actual], ["vacuous", "phase: no call was made"]);
});

Deno.test("everyCall refuses an expectation with an unknown field, an inherited name, or no field", () => {
  const { judged } = history().call("phase");
  const attempt = (expectation: object) => () => everyCall(judged, "phase", judged.calls, expectation);
  assertThrows(attempt({ status: "OK", atempts: 1 }), TypeError, "found atempts");
  assertThrows(attempt({ toString: 1 }), TypeError, "found toString");
  assertThrows(attempt({}), TypeError, "found no field");
  assertThrows(attempt({ status: undefined }), TypeError, "expected fields of status, attempts, subset");
});

Deno.test("everyCall refuses a wrong expectation even where no call was made", () => {
  assertThrows(() => everyCall(history().judged, "phase", [], {}), TypeError, "no field");
});
