import { clause, type Policy, scenario } from "../../harness/mod.ts";

function retriesOf(policy: Policy): number {
  return policy.routes[0]?.rules[0]?.retries?.attempts ?? NaN;
}

/** A mesh that retries once too often doubles an outage; once too few drops calls that it promised to save. */
export default scenario({
  id: "retrying/count",
  clauses: ["RTY-01"],
  needs: ["retry"],
  // One instance, so that its own count of a request's attempts is the count of all attempts.
  topology: { echo: { instances: 1 } },
  policy: "count.yaml",
  async drive(t) {
    const retries = retriesOf(t.policy);
    await t.calls("at the bound", 50, { behaviour: `succeed-on-attempt-${retries + 1}` });
    await t.calls("beyond it", 50, { behaviour: `succeed-on-attempt-${retries + 2}` });
  },
  judge: (h, policy) => {
    const attempts = retriesOf(policy) + 1;
    return [
      clause(
        "RTY-01",
        h.phase("at the bound").everyCall({ status: "OK", attempts }),
        h.phase("beyond it").everyCall({ status: "UNAVAILABLE", attempts }),
      ),
    ];
  },
  mutants: ["retry-one-less", "retry-one-more", "retry-counts-as-attempts"],
});
