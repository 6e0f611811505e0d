import { claim, clause, CLEAN_REQUESTS, scenario } from "../../harness/mod.ts";

const CANARY = { version: "canary" };
const STABLE = { version: "stable" };

/**
 * The resource of `invalid_push_bad.yaml` by its own name, or by that of what a data plane was given in its place
 * (whose name says which service it is for). The offending expression alone is no name: the same one may stand in
 * hundreds of resources, and nobody is told which was refused.
 */
const REFUSED = /\becho\b/;

/** One typing error in a rule must not take a service down, nor pass unnoticed. */
export default scenario({
  id: "configuration/invalid_push",
  clauses: ["CFG-03"],
  needs: ["routing", "subset", "push-rejection"],
  topology: { echo: { instances: [STABLE, CANARY] } },
  policy: "invalid_push_good.yaml",
  async drive(t) {
    await t.calls("canary before", 50, { headers: { "x-deployment": "canary" } });
    await t.calls("others before", 50);
    await t.push("invalid_push_bad.yaml");
    await t.calls("canary after", CLEAN_REQUESTS, { headers: { "x-deployment": "canary" } });
    await t.calls("others after", CLEAN_REQUESTS);
  },
  judge: (h) => {
    const answers = h.of("push").filter((push) => push.edge === "nack");
    const words = answers.map((push) => push.error).join(" | ");
    return [
      clause(
        "CFG-03",
        h.phase("canary before").everyCall({ status: "OK", subset: CANARY }),
        h.phase("others before").everyCall({ status: "OK", subset: STABLE }),
        claim(
          `the invalid resource is refused with an error that names it (${REFUSED})`,
          answers.length === 0 ? "no refusal" : `refused: ${words}`,
          REFUSED.test(words),
          answers.map((push) => push.seq),
        ),
        h.phase("canary after").everyCall({ status: "OK", attempts: 1, subset: CANARY }),
        h.phase("others after").everyCall({ status: "OK", attempts: 1, subset: STABLE }),
      ),
    ];
  },
  mutants: ["invalid-applied", "invalid-drops-config", "invalid-not-reported"],
});
