import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import registered from "./registered.ts";

type Odd = CallSpec & { count?: number };

function cell(odd: { before?: Odd; after?: Odd } = {}, met = true, share = 2) {
  return history()
    .instance("echo-1")
    .instance("echo-2")
    .calls("before", 50, {}, odd.before)
    .pass(3_000)
    .converged("the new instance is served", met)
    .calls("after", 200, (index) => ({ at: [`echo-${index % share + 1}`] }), odd.after);
}

proveJudge(registered, {
  beside: import.meta.url,
  keeps: { "a registered instance is served": () => cell() },
  breaks: {
    "it is not served in time": () => ({ history: cell({}, false), says: /^never/ }),
    "it is served once and never again": () => ({ history: cell({}, true, 1), says: /none at echo-2/ }),
    "it is served before it is registered": () => ({
      history: cell({ before: { at: ["echo-2"] } }),
      says: /1 at echo-2/,
    }),
    "a call fails afterwards": () => ({
      history: cell({ after: { status: "UNAVAILABLE" } }),
      says: /^after: 1 of 200/,
    }),
    "no call was made": () => ({ history: cell({ after: { count: 0 } }), verdict: "vacuous" }),
  },
});
