import { clause, CLEAN_REQUESTS, scenario, TIMING } from "../../harness/mod.ts";

/** Without a matching rule there is no right backend: guessing one leaks traffic, and hanging hides the mistake. */
export default scenario({
  id: "routing/no_route",
  clauses: ["RTE-07"],
  needs: ["routing"],
  topology: { echo: { instances: 2 } },
  policy: "no_route.yaml",
  async drive(t) {
    await t.calls("matched", 50, { headers: { "x-tenant": "blue" } });
    await t.calls("unmatched", CLEAN_REQUESTS, {
      deadlineMs: 2 * TIMING.failFastMs,
      withinMs: TIMING.deadlineMs,
    });
  },
  judge: (h) => [
    clause(
      "RTE-07",
      h.phase("matched").everyCall({ status: "OK", attempts: 1 }),
      h.phase("unmatched").everyCall({
        status: ["UNIMPLEMENTED", "UNAVAILABLE", "NOT_FOUND"],
        attempts: 0,
        withinMs: TIMING.failFastMs,
      }),
      h.phase("unmatched").atLeast(CLEAN_REQUESTS),
    ),
  ],
  mutants: ["no-route-hangs", "no-route-random-backend"],
});
