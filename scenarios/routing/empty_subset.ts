import { clause, CLEAN_REQUESTS, scenario, TIMING } from "../../harness/mod.ts";

const STABLE = { version: "stable" };

/** Spilling over turns "the canary is down" into "the canary's users are served by something else", unseen. */
export default scenario({
  id: "routing/empty_subset",
  clauses: ["RTE-14"],
  needs: ["routing", "subset"],
  topology: { echo: { instances: [STABLE, STABLE] } },
  policy: "empty_subset.yaml",
  async drive(t) {
    await t.calls("live subset", 50);
    await t.calls("empty subset", CLEAN_REQUESTS, {
      headers: { "x-deployment": "canary" },
      deadlineMs: 2 * TIMING.failFastMs,
      withinMs: TIMING.deadlineMs,
    });
    await t.calls("live subset afterwards", 50);
  },
  judge: (h) => [
    clause(
      "RTE-14",
      h.phase("live subset").everyCall({ status: "OK", attempts: 1, subset: STABLE }),
      h.phase("empty subset").everyCall({ status: "UNAVAILABLE", attempts: 0, withinMs: TIMING.failFastMs }),
      h.phase("live subset afterwards").everyCall({ status: "OK", attempts: 1, subset: STABLE }),
      h.phase("empty subset").atLeast(CLEAN_REQUESTS),
    ),
  ],
  mutants: ["subset-spills-over", "subset-waits-for-deadline"],
});
