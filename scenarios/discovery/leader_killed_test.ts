import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import leaderKilled from "./leader_killed.ts";

type Odd = CallSpec & { count?: number };

function cell(
  odd: { alive?: Odd; during?: Odd; right?: Odd; after?: Odd } = {},
  { witness = true, met = true, before = 2, after = 3 } = {},
) {
  const over = (instances: number) => (index: number) => ({ at: [`echo-${index % instances + 1}`] });
  return history().instance("echo-1").instance("echo-2").instance("echo-3")
    .calls("leader alive", 50, over(2), odd.alive)
    .fault("kill registry leader", "begin")
    .fault("kill registry leader", witness ? "witnessed" : "unwitnessed", "term 3")
    .calls("leader killed", 300, over(2), odd.during)
    .calls("right after", 459, over(before), odd.right)
    .converged("the new instance is served", met)
    .calls("after the election", 459, over(after), odd.after);
}

proveJudge(leaderKilled, {
  beside: import.meta.url,
  keeps: { "nothing known is lost and what is new gets in": () => cell() },
  breaks: {
    "one call fails while there is no leader": () => ({
      history: cell({ during: { status: "UNAVAILABLE" } }),
      says: /^leader killed/,
    }),
    "one call fails right after": () => ({
      history: cell({ right: { status: "UNAVAILABLE", at: [] } }),
      says: /^right after/,
    }),
    "an endpoint is lost": () => ({ history: cell({}, { before: 1 }), says: /none at echo-2/ }),
    "the new instance is not served in time": () => ({ history: cell({}, { met: false }) }),
    "the new instance gets nothing afterwards": () => ({
      history: cell({}, { after: 2 }),
      says: /none at echo-3/,
    }),
    "a call afterwards takes two attempts": () => ({
      history: cell({ after: { at: ["echo-1", "echo-2"] } }),
    }),
    "nobody saw the leader die": () => ({ history: cell({}, { witness: false }), verdict: "vacuous" }),
    "no call was made right after": () => ({ history: cell({ right: { count: 0 } }), verdict: "vacuous" }),
  },
});
