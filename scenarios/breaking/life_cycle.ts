import { clause, CLEAN_REQUESTS, scenario, TIMING } from "../../harness/mod.ts";

const FAIL = "error-code-14";
/** Fewer failures than the minimum volume: a fresh breaker stays closed, one that kept its old failures opens. */
const FRESH_FAILURES = 5;

/** From open over half-open to closed: each step that is skipped either storms a sick service or starves a well one. */
export default scenario({
  id: "breaking/life_cycle",
  clauses: ["BRK-02", "BRK-03", "BRK-04"],
  needs: ["circuit-breaker"],
  topology: { echo: { instances: 1 } },
  policy: "life_cycle.yaml",
  seconds: 4,
  async drive(t) {
    const breaker = t.policy.destinations[0]?.breaker;
    if (breaker === undefined) throw new Error("Expected a breaker in the policy, found none");
    const { minimumCalls, coolDownMs, probes } = breaker;

    await t.calls("opening", minimumCalls, { concurrency: 1, behaviour: FAIL });
    const openedT = t.recorder.now();
    // Only what is sent before the cool-down ends was sent to an open breaker.
    await t.calls("open", CLEAN_REQUESTS, {
      deadlineMs: coolDownMs / 2,
      withinMs: coolDownMs - TIMING.settleMs,
      concurrency: 8,
    });
    await t.elapse("the rest of the cool-down", openedT + coolDownMs + TIMING.settleMs - t.recorder.now());

    // Slow probes: all the others are there while the probes are still out.
    await t.calls("half-open", 10 * probes, {
      concurrency: 10 * probes,
      behaviour: `sleep-${4 * TIMING.failFastMs}`,
    });

    await t.calls("closed", 100);
    await t.calls("fresh failures", FRESH_FAILURES, { concurrency: 1, behaviour: FAIL });
    await t.calls("fresh successes", 20, { concurrency: 1 });
  },
  judge: (h, policy) => {
    const breaker = policy.destinations[0]?.breaker;
    const probes = breaker?.probes ?? NaN;
    const coolDownMs = breaker?.coolDownMs ?? NaN;
    const opened = h.phase("opening").everyCall({ status: "UNAVAILABLE", attempts: 1 });
    const openedT = h.phase("opening").calls.at(-1)?.answered?.t ?? NaN;
    const open = h.phase("open").where(
      "before the cool-down's end",
      (call) => call.sent.t < openedT + coolDownMs,
    );
    const halfOpen = h.phase("half-open");
    const refused = halfOpen.where("refused", (call) => call.attempts.length === 0);
    const probed = halfOpen.where("probes", (call) => call.attempts.length > 0);
    const halfOpened = halfOpen.reachedUpstream(probes);
    return [
      clause(
        "BRK-02",
        opened,
        open.everyCall({ status: "UNAVAILABLE", attempts: 0, withinMs: TIMING.failFastMs }),
        open.atLeast(CLEAN_REQUESTS),
      ),
      clause(
        "BRK-03",
        opened,
        halfOpened,
        probed.everyCall({ status: "OK", attempts: 1 }),
        refused.everyCall({ status: "UNAVAILABLE", attempts: 0, withinMs: TIMING.failFastMs }),
      ),
      clause(
        "BRK-04",
        halfOpened,
        h.phase("closed").everyCall({ status: "OK", attempts: 1 }),
        h.phase("fresh failures").everyCall({ status: "UNAVAILABLE", attempts: 1 }),
        h.phase("fresh successes").everyCall({ status: "OK", attempts: 1 }),
      ),
    ];
  },
  mutants: [
    "breaker-leaks-one-in-twenty",
    "breaker-queues-until-timeout",
    "breaker-half-open-lets-all",
    "breaker-never-probes",
    "breaker-stays-half-open",
    "breaker-keeps-old-failures",
  ],
});
