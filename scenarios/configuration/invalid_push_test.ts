import type { PushEvent } from "../../harness/mod.ts";
import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import invalidPush from "./invalid_push.ts";

type Odd = CallSpec & { count?: number };

const NACK: PushEvent = {
  kind: "push",
  edge: "nack",
  type: "RouteConfiguration",
  version: "2",
  nonce: "n2",
  error: 'virtual service echo-broken: invalid regex "(unclosed"',
};

function cell(odd: { before?: Odd; canary?: Odd; others?: Odd } = {}, answer: Partial<PushEvent> = {}) {
  return history()
    .instance("echo-1", { version: "stable" })
    .instance("echo-2", { version: "canary" })
    .calls("canary before", 50, { at: ["echo-2"] }, odd.before)
    .calls("others before", 50)
    .record("control", { ...NACK, edge: "offered", error: "" })
    .record("control", { ...NACK, ...answer })
    .calls("canary after", 459, { at: ["echo-2"] }, odd.canary)
    .calls("others after", 459, {}, odd.others);
}

proveJudge(invalidPush, {
  beside: import.meta.url,
  keeps: { "the push is refused by name and the last good configuration serves on": () => cell() },
  breaks: {
    "the invalid push is acknowledged": () => ({
      history: cell({}, { edge: "ack", error: "" }),
      says: /no refusal/,
    }),
    "the refusal names nothing": () => ({
      history: cell({}, { error: "internal error" }),
      says: /refused: internal error/,
    }),
    "the refusal names the expression and not the resource": () => ({
      history: cell({}, { error: "missing ): (unclosed" }),
      says: /refused: missing/,
    }),
    "the refusal is silent": () => ({ history: cell({}, { error: "" }) }),
    "what it says of the canary is applied": () => ({
      history: cell({ canary: { at: ["echo-1"] } }),
      says: /^canary after: 1 of 459/,
    }),
    "what it says of the others is applied": () => ({
      history: cell({ others: { at: ["echo-2"] } }),
      says: /^others after: 1 of 459/,
    }),
    "the configuration is dropped": () => ({
      history: cell({ others: { at: [], status: "UNIMPLEMENTED" } }),
    }),
    "the canary was not served before": () => ({
      history: cell({ before: { at: ["echo-1"] } }),
      says: /^canary before/,
    }),
    "no call was made afterwards": () => ({ history: cell({ others: { count: 0 } }), verdict: "vacuous" }),
  },
});
