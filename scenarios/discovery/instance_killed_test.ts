import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import instanceKilled from "./instance_killed.ts";

type Odd = CallSpec & { count?: number };

function cell(
  odd: { alive?: Odd; dying?: Odd; after?: Odd } = {},
  { witness = true, gone = true, connections = 0, survivors = 2 } = {},
) {
  const cell = history().instance("echo-1").instance("echo-2").instance("echo-3")
    .calls("all alive", 60, (index) => ({ at: [`echo-${index % 3 + 1}`] }), odd.alive)
    .fault("kill echo-1", "begin")
    .fault("kill echo-1", witness ? "witnessed" : "unwitnessed", "port refused")
    // Masked: the attempt at the dead instance is not seen upstream.
    .calls("dying", 600, (index) => ({ at: [`echo-${index % 2 + 2}`] }), odd.dying)
    .converged("the registration is gone", gone)
    .calls("after its lease", 459, (index) => ({ at: [`echo-${index % survivors + 2}`] }), odd.after);
  for (let count = 0; count < connections; count++) {
    cell.record("tombstone:echo-1", { kind: "connection", instance: "echo-1" });
  }
  return cell;
}

proveJudge(instanceKilled, {
  beside: import.meta.url,
  keeps: {
    "the dead instance costs nobody anything": () => cell(),
    "an answer that it had begun breaks off": () =>
      cell({
        dying: { status: "UNAVAILABLE", at: ["echo-1"], answerHeaders: { "x-meshproof-instance": "echo-1" } },
      }),
    "somebody else's tombstone is no matter": () =>
      cell().record("tombstone:x", { kind: "connection", instance: "x" }),
  },
  breaks: {
    "one call fails while it dies": () => ({
      history: cell({ dying: { status: "UNAVAILABLE" } }),
      says: /^dying, what may be retried: 1 of 600/,
    }),
    "a call that it received, but did not begin to answer, fails": () => ({
      history: cell({ dying: { status: "UNAVAILABLE", at: ["echo-1"] } }),
      says: /1 of 600/,
    }),
    "its registration stays": () => ({ history: cell({}, { gone: false }) }),
    "somebody still connects to it": () => ({
      history: cell({}, { connections: 1 }),
      says: /^1 connections/,
    }),
    "a call after its lease takes two attempts": () => ({
      history: cell({ after: { at: ["echo-2", "echo-3"] } }),
      says: /2 attempts/,
    }),
    "a call reaches the dead": () => ({ history: cell({ after: { at: ["echo-1"] } }), says: /1 at echo-1/ }),
    "a survivor gets nothing": () => ({ history: cell({}, { survivors: 1 }), says: /none at echo-3/ }),
    "it was never well": () => ({ history: cell({ alive: { status: "UNAVAILABLE" } }) }),
    "nobody saw it die": () => ({ history: cell({}, { witness: false }), verdict: "vacuous" }),
  },
});
