import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import canaryHeader from "./canary_header.ts";

function cell(odd: { canary?: CallSpec & { count?: number }; others?: CallSpec } = {}) {
  return history()
    .instance("echo-1", { version: "stable" })
    .instance("echo-2", { version: "stable" })
    .instance("echo-3", { version: "canary" })
    .calls("canary", 459, { at: ["echo-3"] }, odd.canary)
    .calls("others", 459, (index) => ({ at: [`echo-${index % 2 + 1}`] }), odd.others);
}

proveJudge(canaryHeader, {
  beside: import.meta.url,
  keeps: { "each header goes to its own subset": () => cell() },
  breaks: {
    "one near miss goes to the canary": () => ({
      history: cell({ others: { at: ["echo-3"] } }),
      says: /^others: 1 of 459/,
    }),
    "one canary goes to the stable ones": () => ({
      history: cell({ canary: { at: ["echo-1"] } }),
      says: /^canary: 1 of/,
    }),
    "one call fails": () => ({
      history: cell({ canary: { status: "UNAVAILABLE" } }),
      says: /status UNAVAILABLE/,
    }),
    "one call takes two attempts": () => ({
      history: cell({ others: { at: ["echo-1", "echo-2"] } }),
      says: /2 attempts/,
    }),
    "no call carries the header": () => ({ history: cell({ canary: { count: 0 } }), verdict: "vacuous" }),
  },
});
