import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import push from "./push.ts";

type Odd = CallSpec & { count?: number };

function cell(odd: { before?: Odd; after?: Odd } = {}, met: boolean | undefined = true) {
  const cell = history()
    .instance("echo-1", { version: "v1" })
    .instance("echo-2", { version: "v2" })
    .calls("before the push", 50, {}, odd.before)
    .pass(2_000);
  if (met !== undefined) cell.converged("the push shows", met);
  return cell.calls("after the push", 459, { at: ["echo-2"] }, odd.after);
}

proveJudge(push, {
  beside: import.meta.url,
  keeps: { "every call after the push shows it": () => cell() },
  breaks: {
    "one call after the push goes the old way": () => ({
      history: cell({ after: { at: ["echo-1"] } }),
      says: /^after the push: 1 of 459.*at echo-1/,
    }),
    "one call fails on the way over": () => ({ history: cell({ after: { status: "UNAVAILABLE" } }) }),
    "one call is made twice": () => ({
      history: cell({ after: { at: ["echo-2", "echo-2"] } }),
      says: /2 attempts/,
    }),
    "the push never shows": () => ({ history: cell({}, false), says: /^never/ }),
    "the new version served before the push": () => ({
      history: cell({ before: { at: ["echo-2"] } }),
      says: /^before/,
    }),
    "nobody waited for the push": () => {
      const { events } = cell();
      const waitless = history();
      waitless.events.push(...events.filter((event) => event.kind !== "converged"));
      return { history: waitless, verdict: "vacuous" };
    },
    "no call was made after it": () => ({ history: cell({ after: { count: 0 } }), verdict: "vacuous" }),
  },
});
