import { clause, scenario } from "../../harness/mod.ts";

const CALLS = 1200;
const PER_SECOND = 300;

/**
 * Retries of an upstream that is wholly down only keep it down: a budget bounds what they add. Its attempts take long
 * beside any back-off: a budget that counts what is active, and not what is called, lets the most pass then.
 */
export default scenario({
  id: "retrying/budget",
  clauses: ["RTY-07"],
  needs: ["retry", "retry-budget"],
  topology: { echo: { instances: 1 } },
  policy: "budget.yaml",
  seconds: 4,
  async drive(t) {
    await t.calls("healthy", 50);
    await t.calls("wholly down", CALLS, { perSecond: PER_SECOND, behaviour: "sleep-600,error-code-14" });
    await t.calls("healthy again", 50);
  },
  judge: (h, policy) => {
    const percent = policy.destinations[0]?.retryBudget?.percent ?? NaN;
    return [
      clause(
        "RTY-07",
        h.phase("healthy").everyCall({ status: "OK", attempts: 1 }),
        h.phase("wholly down").everyCall({ status: "UNAVAILABLE" }),
        // More than none: a mesh that never retries has no budget to keep.
        h.phase("wholly down").attemptsPerCall(1 + percent / 100, 1),
        h.phase("wholly down").atLeast(CALLS),
        h.phase("healthy again").everyCall({ status: "OK", attempts: 1 }),
      ),
    ];
  },
  mutants: ["retry-no-budget"],
});
