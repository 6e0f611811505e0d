import { assertEquals, assertMatch } from "@std/assert";
import { chainOfThree, span, threeAttempts, traced, type TraceSpec } from "./testing/trace_builder.ts";
import { history } from "./testing/history_builder.ts";
import { continuousTraces, spanPerAttempt } from "./traces.ts";

const CHAIN = ["front", "middle", "back"];
const OTHER_TRACE = "b".repeat(32);

function continuity(spec: TraceSpec) {
  const { judged } = traced(spec);
  return continuousTraces(judged, "chain", judged.calls, CHAIN);
}

function perAttempt(spec: TraceSpec) {
  const { judged } = traced(spec);
  return spanPerAttempt(judged, "retried", judged.calls, 3);
}

Deno.test("continuousTraces passes a whole trace, with the mesh's spans between and without them", () => {
  const whole = chainOfThree();
  assertEquals(continuity(whole).verdict, "pass", continuity(whole).actual);
  const bare = continuity({
    ...whole,
    mesh1: undefined,
    mesh2: undefined,
    mesh3: undefined,
    front: { ...span("s1", "front", "server", "c".repeat(16), "call#1") },
    middle: span("s2", "middle", "server", "o1", "call#1/1"),
    back: span("s3", "back", "server", "o2", "call#1/1/1"),
  });
  assertEquals(bare.verdict, "pass", bare.actual);
});

const BROKEN_CHAINS: Readonly<Record<string, { readonly spec: TraceSpec; readonly says: RegExp }>> = {
  "a service that served under another trace id": {
    spec: {
      ...chainOfThree(),
      back: { ...span("s3", "back", "server", "x", "call#1/1/1"), traceId: OTHER_TRACE },
    },
    says: /call#1: back served under trace b{32}, the caller's is a{32}/,
  },
  "a service without a server span": {
    spec: { ...chainOfThree(), middle: undefined },
    says: /0 server spans of middle/,
  },
  "a service with two server spans": {
    spec: { ...chainOfThree(), again: span("s9", "middle", "server", "m2", "call#1/1") },
    says: /2 server spans of middle/,
  },
  "a server span under the root in place of its caller": {
    spec: { ...chainOfThree(), back: span("s3", "back", "server", "c".repeat(16), "call#1/1/1") },
    says: /back stands under client\/client c+, expected the client span of middle/,
  },
  "a server span under its caller's server span": {
    spec: { ...chainOfThree(), back: span("s3", "back", "server", "s2", "call#1/1/1") },
    says: /back stands under middle\/server s2, expected the client span of middle/,
  },
  "a server span whose parent was never exported": {
    spec: { ...chainOfThree(), mesh3: undefined },
    says: /back stands under nothing/,
  },
  "a span of the mesh whose parent was never exported": {
    spec: { ...chainOfThree(), stray: span("x1", "reference", "internal", "gone") },
    says: /reference\/internal x1 has no parent among the spans/,
  },
  "a server span in a circle": {
    spec: { ...chainOfThree(), mesh2: span("m2", "reference", "client", "s2") },
    says: /middle stands under nothing/,
  },
  "spans of the mesh in a circle of their own": {
    spec: {
      ...chainOfThree(),
      one: span("x1", "reference", "internal", "x2"),
      two: span("x2", "reference", "internal", "x1"),
    },
    says: /reference\/internal x[12] is its own ancestor/,
  },
  "a second root": {
    spec: { ...chainOfThree(), second: span("x1", "reference", "internal", "") },
    says: /reference\/internal x1 does not descend from the caller's span/,
  },
};

for (const [flaw, { spec, says }] of Object.entries(BROKEN_CHAINS)) {
  Deno.test(`continuousTraces fails ${flaw}`, () => {
    const check = continuity(spec);
    assertEquals(check.verdict, "fail", check.actual);
    assertMatch(check.actual, says);
    assertEquals(check.evidence, [0]);
  });
}

Deno.test("spanPerAttempt passes three attempt spans under one call span", () => {
  const check = perAttempt(threeAttempts());
  assertEquals(check.verdict, "pass", check.actual);
});

const BROKEN_ATTEMPTS: Readonly<Record<string, { readonly spec: TraceSpec; readonly says: RegExp }>> = {
  "one span for all attempts": {
    spec: {
      ...threeAttempts(),
      server2: span("s2", "echo", "server", "t1", "call#1"),
      server3: span("s3", "echo", "server", "t1", "call#1"),
    },
    says: /1 attempt spans for 3 attempts/,
  },
  "an attempt that was served under another trace": {
    spec: {
      ...threeAttempts(),
      server3: { ...span("s3", "echo", "server", "t3", "call#1"), traceId: OTHER_TRACE },
    },
    says: /echo served under trace b{32}/,
  },
  "an attempt without a server span": {
    spec: { ...threeAttempts(), server2: undefined },
    says: /2 server spans/,
  },
  "server spans right under the caller's span": {
    spec: {
      ...threeAttempts(),
      server1: span("s1", "echo", "server", "c".repeat(16), "call#1"),
    },
    says: /a server span has no span of the mesh above it/,
  },
  "attempt spans under different parents": {
    spec: { ...threeAttempts(), attempt3: span("t3", "reference", "client", "t1") },
    says: /attempt spans have 2 parents/,
  },
  "attempt spans without a parent": {
    spec: {
      ...threeAttempts(),
      attempt1: span("t1", "reference", "client", ""),
      attempt2: span("t2", "reference", "client", ""),
      attempt3: span("t3", "reference", "client", ""),
    },
    says: /attempt spans have no parent among the spans/,
  },
  "attempt spans without a call span of the mesh": {
    spec: {
      ...threeAttempts(),
      attempt1: span("t1", "reference", "client", "c".repeat(16)),
      attempt2: span("t2", "reference", "client", "c".repeat(16)),
      attempt3: span("t3", "reference", "client", "c".repeat(16)),
    },
    says: /the attempt spans have no call span of the mesh above them/,
  },
  "a call span that does not descend from the caller's": {
    spec: { ...threeAttempts(), call: span("call", "reference", "internal", "") },
    says: /the call span does not descend from the caller's span/,
  },
};

for (const [flaw, { spec, says }] of Object.entries(BROKEN_ATTEMPTS)) {
  Deno.test(`spanPerAttempt fails ${flaw}`, () => {
    const check = perAttempt(spec);
    assertEquals(check.verdict, "fail", check.actual);
    assertMatch(check.actual, says);
  });
}

Deno.test("traces of no calls prove nothing", () => {
  const { judged } = history();
  assertEquals(continuousTraces(judged, "chain", [], CHAIN).verdict, "vacuous");
  assertEquals(spanPerAttempt(judged, "chain", [], 3).verdict, "vacuous");
});

Deno.test("a call that carried no trace is not taken for traced", () => {
  const { judged } = history().call("chain", { id: "call#1" });
  assertEquals(continuousTraces(judged, "chain", judged.calls, CHAIN).verdict, "fail");
});
