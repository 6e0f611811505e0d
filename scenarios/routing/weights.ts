import { clause, sampleSizeForShare, scenario } from "../../harness/mod.ts";

/** Nearest wrong share that must be caught: five points off, as 75/25 is from 70/30. */
const MISS = 0.05;
const SEVENTY = sampleSizeForShare(0.70, 0.70 + MISS);
const NINETY = sampleSizeForShare(0.90, 0.90 - MISS);

/** A split decides how many users meet a new version; a wrong one is not seen by eye. */
export default scenario({
  id: "routing/weights",
  clauses: ["RTE-05"],
  needs: ["routing", "traffic-split", "subset"],
  topology: { echo: { instances: [{ version: "v1" }, { version: "v2" }] } },
  policy: "weights.yaml",
  seconds: 6,
  async drive(t) {
    await t.calls("70/30", SEVENTY, { headers: { "x-split": "70-30" }, concurrency: 20 });
    await t.calls("90/10", NINETY, { headers: { "x-split": "90-10" }, concurrency: 20 });
  },
  judge: (h, policy) => {
    const weightOf = (rule: string) => {
      const targets = policy.routes[0]?.rules.find((each) => each.name === rule)?.targets ?? [];
      return (targets[0]?.weight ?? NaN) / targets.reduce((sum, target) => sum + target.weight, 0);
    };
    return [
      clause(
        "RTE-05",
        h.phase("70/30").share({ version: "v1" }, weightOf("70/30"), SEVENTY),
        h.phase("90/10").share({ version: "v1" }, weightOf("90/10"), NINETY),
        h.phase("70/30").everyCall({ status: "OK", attempts: 1 }),
        h.phase("90/10").everyCall({ status: "OK", attempts: 1 }),
      ),
    ];
  },
  mutants: ["split-75-25", "split-per-connection", "split-always-first"],
});
