import type { Policy } from "../../harness/mod.ts";
import { type CallSpec, history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import outlier from "./outlier.ts";

type Odd = {
  stillIn?: CallSpec;
  ejected?: CallSpec;
  oneShort?: number;
  noSuccess?: boolean;
  enough?: number;
  everywhere?: boolean;
  takesEffect?: boolean;
};

const FAILED: CallSpec = { status: "UNAVAILABLE" };

/** `echo-1` is the bad one; between its calls, `echo-2` is visited too. */
function cell(policy: Policy, odd: Odd = {}) {
  const errors = policy.destinations[0]?.outlier?.consecutiveErrors ?? NaN;
  const cell = history().instance("echo-1").instance("echo-2");
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < (odd.oneShort ?? errors - 1); count++) {
      cell.call("one short, then a success", FAILED).call("one short, then a success", { at: ["echo-2"] });
    }
    if (!odd.noSuccess) cell.call("one short, then a success");
  }
  return cell
    .calls(
      "still in",
      40,
      (index) => ({ at: [odd.everywhere === false || index % 2 ? "echo-2" : "echo-1"] }),
      odd.stillIn,
    )
    .calls("exactly enough", odd.enough ?? errors, FAILED)
    .converged("the ejection takes effect", odd.takesEffect ?? true)
    .calls("ejected", 40, { at: ["echo-2"] }, odd.ejected);
}

proveJudge(outlier, {
  beside: import.meta.url,
  keeps: { "exactly so many errors in a row eject": (policy) => cell(policy) },
  breaks: {
    "a success between does not count": (policy) => ({
      history: cell(policy, { everywhere: false }),
      says: /none at echo-1/,
    }),
    "a call fails while both are in": (policy) => ({
      history: cell(policy, { stillIn: FAILED }),
      says: /^still in/,
    }),
    "it takes one error more": (policy) => ({
      history: cell(policy, { ejected: { at: ["echo-1"] } }),
      says: /ejected: 1 of 40.*1 at echo-1/,
    }),
    "it is not ejected in time": (policy) => ({
      history: cell(policy, { takesEffect: false }),
      says: /never/,
    }),
    "it is ejected too soon to see all its errors": (policy) => ({
      history: cell(policy, { enough: 4 }),
      says: /4 errors/,
    }),
    "no success came between the errors": (policy) => ({
      history: cell(policy, { noSuccess: true }),
      says: /12 errors: E{12}$/,
    }),
    "it is ejected in the rounds that end well": (policy) => ({
      history: cell(policy, { oneShort: 3 }),
      says: /9 errors/,
    }),
    "calls fail once it is ejected": (policy) => ({
      history: cell(policy, { ejected: { ...FAILED, at: ["echo-2"] } }),
    }),
  },
});
