import { clause, type Drive, scenario } from "../../harness/mod.ts";

const FAIL = "error-code-14";

function breakerOf(t: Drive, service: string) {
  const breaker = t.policy.destinations.find((each) => each.service === service)?.breaker;
  if (breaker === undefined) throw new Error(`Expected a breaker for ${service} in the policy, found none`);
  return breaker;
}

/** A breaker that opens too soon takes a healthy service away; one that opens too late never was one. */
export default scenario({
  id: "breaking/threshold",
  clauses: ["BRK-01"],
  needs: ["circuit-breaker"],
  // One service for each side of each boundary: their breakers do not touch one another.
  topology: {
    "at-half": { instances: 1 },
    "above-half": { instances: 1 },
    "below-volume": { instances: 1 },
  },
  policy: "threshold.yaml",
  async drive(t) {
    const { minimumCalls } = breakerOf(t, "at-half");
    const inOrder = { concurrency: 1 };
    // Success first, so that failures never exceed half at any point.
    await t.calls("at half", 2 * minimumCalls, {
      ...inOrder,
      service: "at-half",
      behaviour: (index) => index % 2 === 1 ? FAIL : "",
    });
    await t.calls("at half, then", 10, { ...inOrder, service: "at-half" });

    const failures = minimumCalls / 2 + 1;
    await t.calls("above half", minimumCalls, {
      ...inOrder,
      service: "above-half",
      behaviour: (index) => index >= minimumCalls - failures ? FAIL : "",
    });
    await t.calls("above half, then", 10, { ...inOrder, service: "above-half" });

    await t.calls("below volume", minimumCalls - 1, { ...inOrder, service: "below-volume", behaviour: FAIL });
    await t.call("below volume, then", { service: "below-volume" });
  },
  judge: (h) => [
    clause(
      "BRK-01",
      h.phase("at half").everyCall({ attempts: 1, status: ["OK", "UNAVAILABLE"] }),
      h.phase("at half, then").everyCall({ status: "OK", attempts: 1 }),
      h.phase("above half").everyCall({ attempts: 1, status: ["OK", "UNAVAILABLE"] }),
      h.phase("above half, then").everyCall({ status: "UNAVAILABLE", attempts: 0 }),
      h.phase("below volume").everyCall({ status: "UNAVAILABLE", attempts: 1 }),
      h.phase("below volume, then").everyCall({ status: "OK", attempts: 1 }),
    ),
  ],
  mutants: ["breaker-opens-at-threshold", "breaker-no-minimum-volume", "breaker-opens-at-75"],
});
