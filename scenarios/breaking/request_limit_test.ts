import type { Policy } from "../../harness/mod.ts";
import { type CallSpec, history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import requestLimit from "./request_limit.ts";

type Odd = CallSpec & { count?: number };

const OVERFLOW: CallSpec = {
  at: [],
  status: "UNAVAILABLE",
  message: "upstream connect error: overflow",
  tookMs: 1,
};

function cell(policy: Policy, odd: { held?: Odd; beyond?: Odd; afterwards?: Odd } = {}): HistoryBuilder {
  const limit = policy.destinations[0]?.maxRequests ?? NaN;
  return history()
    .instance("echo-1")
    .calls("up to the limit", limit, { sentT: 0, tookMs: 5_000 }, odd.held)
    .calls("beyond the limit", 10, (index) => ({ ...OVERFLOW, sentT: 10 + index }), odd.beyond)
    .pass(5_000)
    .calls("afterwards", limit, {}, odd.afterwards);
}

proveJudge(requestLimit, {
  beside: import.meta.url,
  keeps: {
    "the limit passes and the next is refused": (policy) => cell(policy),
    "it is refused as RESOURCE_EXHAUSTED": (policy) =>
      cell(policy, { beyond: { status: "RESOURCE_EXHAUSTED" } }),
  },
  breaks: {
    "one more passes": (policy) => ({
      history: cell(policy, { beyond: { at: ["echo-1"], status: "OK", message: "" } }),
      says: /status OK/,
    }),
    "one less passes": (policy) => ({
      history: cell(policy, { held: { ...OVERFLOW } }),
      says: /^up to the limit: 7 did/,
    }),
    "the next is queued until it fails": (policy) => ({
      history: cell(policy, { beyond: { tookMs: 4_000 } }),
      says: /after 4000\.0 ms/,
    }),
    "the refusal does not tell of an overflow": (policy) => ({
      history: cell(policy, { beyond: { message: "no healthy upstream" } }),
      says: /no healthy upstream/,
    }),
    "calls fail when there is room again": (policy) => ({
      history: cell(policy, { afterwards: OVERFLOW }),
      says: /^afterwards/,
    }),
    "nothing was tried beyond the limit": (policy) => ({
      history: cell(policy, { beyond: { count: 0 } }),
      verdict: "inconclusive",
    }),
  },
});
