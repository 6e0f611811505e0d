import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import count from "./count.ts";

/** The policy allows three retries. */
const FOUR = ["echo-1", "echo-1", "echo-1", "echo-1"];

function cell(odd: { within?: CallSpec; beyond?: CallSpec } = {}) {
  return history()
    .instance("echo-1")
    .calls("at the bound", 50, { at: FOUR }, odd.within)
    .calls("beyond it", 50, { at: FOUR, status: "UNAVAILABLE" }, odd.beyond);
}

proveJudge(count, {
  beside: import.meta.url,
  keeps: { "three retries are made and no more": () => cell() },
  breaks: {
    "one retry too few": () => ({
      history: cell({ within: { at: FOUR.slice(1), status: "UNAVAILABLE" } }),
      says: /at the bound: 1 of 50/,
    }),
    "one retry too many, which saves the call": () => ({
      history: cell({ beyond: { at: [...FOUR, "echo-1"], status: "OK" } }),
      says: /beyond it: 1 of 50/,
    }),
    "one retry too many, for nothing": () => ({
      history: cell({ beyond: { at: [...FOUR, "echo-1"] } }),
      says: /5 attempts/,
    }),
    "an attempt is answered in the upstream's place": () => ({
      history: cell({ within: { at: FOUR.slice(1) } }),
    }),
  },
});
