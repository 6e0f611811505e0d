import { clause, CLEAN_REQUESTS, scenario } from "../../harness/mod.ts";

const CANARY = { version: "canary" };
const STABLE = { version: "stable" };

/** Header values that a sloppy match would take for `canary`. */
const NEAR_MISSES = ["canary-blue", "canar", "Canary", "stable", ""];

/** A canary that leaks serves unproven code to everyone; a canary that is missed is never proven. */
export default scenario({
  id: "routing/canary_header",
  clauses: ["RTE-01"],
  needs: ["routing", "subset"],
  topology: { echo: { instances: [STABLE, STABLE, CANARY] } },
  policy: "canary_header.yaml",
  async drive(t) {
    await t.calls("canary", CLEAN_REQUESTS, { headers: { "x-deployment": "canary" } });
    await t.calls("others", CLEAN_REQUESTS, {
      headers: (index) => {
        const value = NEAR_MISSES[index % (NEAR_MISSES.length + 1)];
        return value === undefined ? {} : { "x-deployment": value };
      },
    });
  },
  judge: (h) => [
    clause(
      "RTE-01",
      h.phase("canary").everyCall({ status: "OK", attempts: 1, subset: CANARY }),
      h.phase("others").everyCall({ status: "OK", attempts: 1, subset: STABLE }),
    ),
  ],
  mutants: ["header-match-ignored", "header-match-prefix", "header-name-case-sensitive"],
});
