import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import controlPlaneGone from "./control_plane_gone.ts";

type Odd = CallSpec & { count?: number };

/** Every other call wants the canary; the last of an even count does not. */
function usual(index: number): CallSpec {
  return index % 2 === 0 ? { at: ["echo-2"], headers: { "x-deployment": "canary" } } : { at: ["echo-1"] };
}

function cell(
  odd: { before?: Odd; gone?: Odd; after?: Odd } = {},
  edge: "witnessed" | "unwitnessed" = "witnessed",
) {
  return history()
    .instance("echo-1", { version: "stable" })
    .instance("echo-2", { version: "canary" })
    .calls("before", 100, usual, odd.before)
    .fault("control sever", "begin", "open connections reset, new ones refused")
    .fault("control sever", edge, edge === "witnessed" ? "ECONNREFUSED" : "nothing runs through this hop")
    .calls("control plane gone", 1_010, usual, odd.gone)
    .fault("control sever", "healed")
    .calls("after the heal", 100, usual, odd.after);
}

proveJudge(controlPlaneGone, {
  beside: import.meta.url,
  keeps: { "the last configuration serves on": () => cell() },
  breaks: {
    "one call fails while it is gone": () => ({
      history: cell({ gone: { status: "UNAVAILABLE", at: [] } }),
      says: /^control plane gone, no header: 1 of 505/,
    }),
    "one call forgets its route": () => ({ history: cell({ gone: { at: ["echo-2"] } }), says: /at echo-2/ }),
    "one canary call forgets its route": () => ({
      history: cell({ gone: { headers: { "x-deployment": "canary" } } }),
      says: /^control plane gone, canary: 1 of 506/,
    }),
    "calls fail after the heal": () => ({
      history: cell({ after: { status: "UNAVAILABLE" } }),
      says: /^after the heal/,
    }),
    "it was never well": () => ({ history: cell({ before: { status: "UNAVAILABLE" } }), says: /^before/ }),
    "nobody saw the outage": () => ({
      history: cell({}, "unwitnessed"),
      verdict: "vacuous",
      says: /nothing runs through/,
    }),
    "too few calls met the outage": () => ({
      history: cell({ gone: { count: 400 } }),
      verdict: "inconclusive",
    }),
  },
});
