import type { Policy } from "../../harness/mod.ts";
import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import threshold from "./threshold.ts";

type Phase =
  | "at half"
  | "at half, then"
  | "above half"
  | "above half, then"
  | "below volume"
  | "below volume, then";
type Odd = Partial<Record<Phase, CallSpec & { count?: number }>>;

const FAILED: CallSpec = { status: "UNAVAILABLE" };
const REFUSED: CallSpec = { status: "UNAVAILABLE", at: [] };

function cell(policy: Policy, odd: Odd = {}) {
  const minimum = policy.destinations[0]?.breaker?.minimumCalls ?? NaN;
  return history()
    .calls("at half", 2 * minimum, (index) => index % 2 === 1 ? FAILED : {}, odd["at half"])
    .calls("at half, then", 10, {}, odd["at half, then"])
    .calls("above half", minimum, (index) => index < minimum / 2 - 1 ? {} : FAILED, odd["above half"])
    .calls("above half, then", 10, REFUSED, odd["above half, then"])
    .calls("below volume", minimum - 1, FAILED, odd["below volume"])
    .calls("below volume, then", 1, {}, odd["below volume, then"]);
}

proveJudge(threshold, {
  beside: import.meta.url,
  keeps: { "it opens above half and at the minimum volume alone": (policy) => cell(policy) },
  breaks: {
    "it opens at exactly half": (policy) => ({
      history: cell(policy, { "at half, then": REFUSED }),
      says: /^at half, then: 1 of 10/,
    }),
    "it opens before half is reached": (policy) => ({
      history: cell(policy, { "at half": REFUSED }),
      says: /^at half/,
    }),
    "it does not open above half": (policy) => ({
      history: cell(policy, { "above half, then": { at: ["echo-1"], status: "OK" } }),
      says: /^above half, then/,
    }),
    "it is open, and one call gets through to fail": (policy) => ({
      history: cell(policy, { "above half, then": { at: ["echo-1"] } }),
      says: /1 attempts/,
    }),
    "it opens while failures are driven": (policy) => ({ history: cell(policy, { "above half": REFUSED }) }),
    "it opens below the minimum volume": (policy) => ({
      history: cell(policy, { "below volume, then": REFUSED }),
      says: /^below volume, then/,
    }),
    "it opens at half the minimum volume": (policy) => ({
      history: cell(policy, { "below volume": REFUSED }),
      says: /^below volume: 1 of/,
    }),
    "nothing was driven above half": (policy) => ({
      history: cell(policy, { "above half": { count: 0 }, "above half, then": { count: 0 } }),
      verdict: "vacuous",
    }),
  },
});
