import { clause, type Policy, scenario, TIMING } from "../../harness/mod.ts";

const CALLS = 20;

function timeoutOf(policy: Policy): number {
  return policy.routes[0]?.rules[0]?.timeoutMs ?? NaN;
}

/** A time-out that is twice as long, or starts anew with every byte, keeps callers waiting for what will not come. */
export default scenario({
  id: "timing_out/route_timeout",
  clauses: ["TMO-01"],
  needs: ["timeout"],
  topology: { echo: { instances: 1 } },
  policy: "route_timeout.yaml",
  seconds: 3,
  async drive(t) {
    const timeoutMs = timeoutOf(t.policy);
    const late = timeoutMs + TIMING.timeoutMarginMs;
    await t.calls("warm-up", CALLS, { concurrency: CALLS });
    await t.calls("in time", CALLS, {
      concurrency: CALLS,
      behaviour: `sleep-${timeoutMs - TIMING.timeoutMarginMs}`,
    });
    await t.calls("too late", CALLS, { concurrency: CALLS, behaviour: `sleep-${late}` });
    await t.calls("headers in time, message too late", CALLS, {
      concurrency: CALLS,
      behaviour: `sleep-${timeoutMs / 2},headers-then-sleep-${late - timeoutMs / 2}`,
    });
  },
  judge: (h, policy) => {
    const timeoutMs = timeoutOf(policy);
    const onTime = { afterMs: timeoutMs - TIMING.lagBudgetMs, withinMs: timeoutMs + TIMING.timeoutMarginMs };
    return [
      clause(
        "TMO-01",
        h.phase("in time").everyCall({ status: "OK", attempts: 1 }),
        h.phase("too late").everyCall({ status: "DEADLINE_EXCEEDED", attempts: 1, ...onTime }),
        // Once headers went out a proxy may only be able to reset: which status that is, is not this clause's matter.
        h.phase("headers in time, message too late").everyCall({
          status: ["DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL", "CANCELLED", "UNKNOWN"],
          attempts: 1,
          ...onTime,
        }),
      ),
    ];
  },
  mutants: ["timeout-doubled", "timeout-from-last-byte"],
});
