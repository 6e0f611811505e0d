import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import budget from "./budget.ts";

/** The policy's budget is 20 %: so many of the 1200 calls get one retry. */
function cell(
  retried: number,
  odd: { healthy?: CallSpec; down?: CallSpec & { count?: number }; again?: CallSpec } = {},
) {
  return history()
    .instance("echo-1")
    .calls("healthy", 50, {}, odd.healthy)
    .calls("wholly down", 1200, (index) => ({
      status: "UNAVAILABLE",
      at: index < retried ? ["echo-1", "echo-1"] : ["echo-1"],
    }), odd.down)
    .calls("healthy again", 50, {}, odd.again);
}

proveJudge(budget, {
  beside: import.meta.url,
  keeps: { "retries stay at the budget": () => cell(240), "retries stay below the budget": () => cell(1) },
  breaks: {
    "one retry more than the budget": () => ({
      history: cell(241),
      says: /^1\.201 \(1441 attempts, 1200 calls\)/,
    }),
    "every call is retried": () => ({ history: cell(1200) }),
    "nothing is retried at all": () => ({ history: cell(0), says: /^1\.000/ }),
    "a call of the outage succeeds": () => ({ history: cell(100, { down: { status: "OK" } }) }),
    "a healthy call is retried": () => ({ history: cell(100, { healthy: { at: ["echo-1", "echo-1"] } }) }),
    "calls fail after the outage": () => ({
      history: cell(100, { again: { status: "UNAVAILABLE" } }),
      says: /healthy again/,
    }),
    "the outage saw too few calls": () => ({
      history: cell(100, { down: { count: 1199 } }),
      verdict: "inconclusive",
    }),
  },
});
