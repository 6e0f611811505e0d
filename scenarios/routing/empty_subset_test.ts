import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import emptySubset from "./empty_subset.ts";

type Odd = CallSpec & { count?: number };

function cell(odd: { before?: Odd; empty?: Odd; after?: Odd } = {}) {
  return history()
    .instance("echo-1", { version: "stable" })
    .calls("live subset", 50, {}, odd.before)
    .calls("empty subset", 459, { at: [], status: "UNAVAILABLE" }, odd.empty)
    .calls("live subset afterwards", 50, {}, odd.after);
}

proveJudge(emptySubset, {
  beside: import.meta.url,
  keeps: { "calls to the empty subset are refused at once": () => cell() },
  breaks: {
    "one call spills over": () => ({
      history: cell({ empty: { at: ["echo-1"], status: "OK" } }),
      says: /status OK/,
    }),
    "one call is refused only after it reached an instance": () => ({
      history: cell({ empty: { at: ["echo-1"] } }),
      says: /1 attempts/,
    }),
    "one call waits for its deadline": () => ({
      history: cell({ empty: { tookMs: 500 } }),
      says: /after 500\.0 ms/,
    }),
    "one call ends at its deadline": () => ({ history: cell({ empty: { status: "DEADLINE_EXCEEDED" } }) }),
    "one call is never answered": () => ({ history: cell({ empty: { answered: false } }) }),
    "the live subset breaks afterwards": () => ({
      history: cell({ after: { status: "UNAVAILABLE" } }),
      says: /afterwards/,
    }),
    "the live subset was never well": () => ({ history: cell({ before: { status: "UNAVAILABLE" } }) }),
    "too few calls were made": () => ({ history: cell({ empty: { count: 458 } }), verdict: "inconclusive" }),
    "the harness was late": () => ({
      history: cell({ empty: { tookMs: 500 } }).lag(300),
      verdict: "inconclusive",
    }),
  },
});
