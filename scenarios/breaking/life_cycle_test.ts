import { CLEAN_REQUESTS, type Policy } from "../../harness/mod.ts";
import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import lifeCycle from "./life_cycle.ts";

type Phase = "opening" | "open" | "half-open" | "closed" | "fresh failures" | "fresh successes";
type Odd = Partial<Record<Phase, CallSpec & { count?: number }>>;

const FAILED: CallSpec = { status: "UNAVAILABLE" };
const REFUSED: CallSpec = { status: "UNAVAILABLE", at: [], tookMs: 1 };

function cell(policy: Policy, odd: Odd = {}, probes?: number) {
  const breaker = policy.destinations[0]?.breaker;
  if (breaker === undefined) throw new TypeError("Expected a breaker in the policy, found none");
  const passed = probes ?? breaker.probes;
  const cell = history().calls("opening", breaker.minimumCalls, FAILED, odd.opening);
  const openedT = cell.nowT;
  cell.calls("open", CLEAN_REQUESTS, REFUSED, odd.open);
  cell.pass(openedT + breaker.coolDownMs + 1 - cell.nowT);
  const halfOpenT = cell.nowT;
  return cell
    .calls("half-open", 10 * breaker.probes, (index) => ({
      ...(index < passed ? { tookMs: 500 } : REFUSED),
      sentT: halfOpenT,
    }), odd["half-open"])
    .calls("closed", 100, {}, odd.closed)
    .calls("fresh failures", 5, FAILED, odd["fresh failures"])
    .calls("fresh successes", 20, {}, odd["fresh successes"]);
}

proveJudge(lifeCycle, {
  beside: import.meta.url,
  keeps: { "it opens, probes, closes and starts afresh": (policy) => cell(policy) },
  breaks: {
    "open, it lets one call through": (policy) => ({
      history: cell(policy, { open: { at: ["echo-1"] } }),
      verdict: "fail",
      says: /before the cool-down's end: 1 of/,
    }),
    "open, it lets one call succeed": (policy) => ({
      history: cell(policy, { open: { at: ["echo-1"], status: "OK" } }),
    }),
    "open, it queues": (policy) => ({
      history: cell(policy, { open: { tookMs: 1_000 } }),
      says: /after 1000\.0 ms/,
    }),
    "open, too few calls were made": (policy) => ({
      history: cell(policy, { open: { count: 458 } }),
      verdict: "inconclusive",
    }),
    "it never opened": (policy) => ({
      history: cell(policy, { opening: { status: "OK" } }),
      verdict: { "BRK-02": "fail", "BRK-03": "fail" },
      says: /^opening/,
    }),
    "half-open, it lets one more through": (policy) => ({
      history: cell(policy, {}, 4),
      verdict: { "BRK-03": "fail", "BRK-04": "fail" },
      says: /^half-open: 4 did/,
    }),
    "half-open, it lets all through": (policy) => ({
      history: cell(policy, {}, 30),
      verdict: { "BRK-03": "fail", "BRK-04": "fail" },
      says: /30 did/,
    }),
    "half-open, it lets none through": (policy) => ({
      history: cell(policy, {}, 0),
      verdict: { "BRK-03": "fail", "BRK-04": "fail" },
      says: /0 did/,
    }),
    "half-open, it refuses late": (policy) => ({
      history: cell(policy, { "half-open": { tookMs: 600 } }),
      verdict: { "BRK-03": "fail" },
      says: /refused: 1 of/,
    }),
    "it stays half-open": (policy) => ({
      history: cell(policy, { closed: REFUSED }),
      verdict: { "BRK-04": "fail" },
      says: /^closed: 1 of 100/,
    }),
    "it kept its old failures": (policy) => ({
      history: cell(policy, { "fresh failures": REFUSED }),
      verdict: { "BRK-04": "fail" },
      says: /^fresh failures/,
    }),
    "fresh failures open it": (policy) => ({
      history: cell(policy, { "fresh successes": REFUSED }),
      verdict: { "BRK-04": "fail" },
      says: /^fresh successes/,
    }),
    "nothing was driven once it was open": (policy) => ({
      history: cell(policy, { "half-open": { count: 0 } }),
      verdict: { "BRK-03": "vacuous", "BRK-04": "vacuous" },
    }),
  },
});
