import { clause, scenario, spanPerAttempt, TIMING } from "../../harness/mod.ts";

const CALLS = 30;

/** Whoever reads a slow trace must see that it was three tries, and which of them was slow. */
export default scenario({
  id: "observing/attempt_spans",
  clauses: ["OBS-04"],
  needs: ["tracing", "attempt-spans", "retry"],
  topology: { echo: { instances: 1 } },
  policy: "attempt_spans.yaml",
  environment: { traces: true },
  async drive(t) {
    const retries = t.policy.routes[0]?.rules[0]?.retries?.attempts ?? 0;
    await t.calls("retried", CALLS, { trace: true, behaviour: `succeed-on-attempt-${retries + 1}` });
    await t.spansSettle(TIMING.spansArriveMs);
  },
  judge: (h, policy) => {
    const attempts = (policy.routes[0]?.rules[0]?.retries?.attempts ?? NaN) + 1;
    const phase = h.phase("retried");
    return [
      clause(
        "OBS-04",
        phase.everyCall({ status: "OK", attempts }),
        spanPerAttempt(h, phase.name, phase.calls, attempts),
      ),
    ];
  },
  mutants: ["trace-one-span-for-all-attempts", "trace-retries-under-new-trace"],
});
