import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import noRoute from "./no_route.ts";

type Odd = CallSpec & { count?: number };

function cell(odd: { matched?: Odd; unmatched?: Odd } = {}, status = "UNIMPLEMENTED") {
  return history()
    .instance("echo-1")
    .instance("echo-2")
    .calls("matched", 50, {}, odd.matched)
    .calls("unmatched", 459, { at: [], status }, odd.unmatched);
}

proveJudge(noRoute, {
  beside: import.meta.url,
  keeps: {
    "unmatched calls are refused as UNIMPLEMENTED": () => cell(),
    "unmatched calls are refused as NOT_FOUND": () => cell({}, "NOT_FOUND"),
    "unmatched calls are refused as UNAVAILABLE": () => cell({}, "UNAVAILABLE"),
  },
  breaks: {
    "one call goes to some instance": () => ({
      history: cell({ unmatched: { at: ["echo-2"], status: "OK" } }),
      says: /status OK/,
    }),
    "one call reaches an instance before it is refused": () => ({
      history: cell({ unmatched: { at: ["echo-2"] } }),
      says: /1 attempts/,
    }),
    "one call hangs": () => ({ history: cell({ unmatched: { status: "DEADLINE_EXCEEDED", tookMs: 500 } }) }),
    "one refusal takes long": () => ({
      history: cell({ unmatched: { tookMs: 251 } }),
      says: /after 251\.0 ms/,
    }),
    "a matched call is refused": () => ({
      history: cell({ matched: { status: "UNIMPLEMENTED", at: [] } }),
      says: /^matched/,
    }),
    "too few calls were made": () => ({
      history: cell({ unmatched: { count: 100 } }),
      verdict: "inconclusive",
    }),
  },
});
