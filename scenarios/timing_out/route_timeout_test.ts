import { type Policy, TIMING } from "../../harness/mod.ts";
import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import routeTimeout from "./route_timeout.ts";

const STREAMED = "headers in time, message too late";

function timeoutOf(policy: Policy): number {
  return policy.routes[0]?.rules[0]?.timeoutMs ?? NaN;
}

function cell(policy: Policy, odd: { inTime?: CallSpec; late?: CallSpec; streamed?: CallSpec } = {}) {
  const timeoutMs = timeoutOf(policy);
  const ended = { status: "DEADLINE_EXCEEDED", tookMs: timeoutMs + 5 };
  return history()
    .instance("echo-1")
    .calls("in time", 20, { tookMs: timeoutMs - TIMING.timeoutMarginMs + 1 }, odd.inTime)
    .calls("too late", 20, ended, odd.late)
    .calls(STREAMED, 20, ended, odd.streamed);
}

proveJudge(routeTimeout, {
  beside: import.meta.url,
  keeps: {
    "calls end at the time-out": (policy) => cell(policy),
    "a proxy can only reset once headers went out": (policy) =>
      cell(policy, { streamed: { status: "UNAVAILABLE" } }),
  },
  breaks: {
    "the time-out is twice as long": (policy) => ({
      history: cell(policy, { late: { tookMs: 2 * timeoutOf(policy) } }),
      says: /^too late.*after 2\d+\.0 ms \(expected answered within/,
    }),
    "the late call succeeds": (policy) => ({
      history: cell(policy, { late: { status: "OK", tookMs: timeoutOf(policy) + TIMING.timeoutMarginMs } }),
      says: /status OK/,
    }),
    "the late call ends too soon": (policy) => ({
      history: cell(policy, { late: { tookMs: timeoutOf(policy) - TIMING.lagBudgetMs - 1 } }),
      says: /expected answered after/,
    }),
    "the late call is retried": (policy) => ({
      history: cell(policy, { late: { at: ["echo-1", "echo-1"] } }),
      says: /2 attempts/,
    }),
    "another status is told": (policy) => ({ history: cell(policy, { late: { status: "UNAVAILABLE" } }) }),
    "a call in time is cut": (policy) => ({
      history: cell(policy, { inTime: { status: "DEADLINE_EXCEEDED" } }),
      says: /^in time/,
    }),
    "the time-out counts from the headers": (policy) => ({
      history: cell(policy, { streamed: { tookMs: 1.5 * timeoutOf(policy) } }),
      says: /^headers in time/,
    }),
    "the streamed call succeeds": (policy) => ({ history: cell(policy, { streamed: { status: "OK" } }) }),
    "the harness was late": (policy) => ({
      history: cell(policy, { streamed: { tookMs: 2 * timeoutOf(policy) } }).lag(700),
      verdict: "inconclusive",
    }),
  },
});
