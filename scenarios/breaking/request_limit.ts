import { clause, scenario, TIMING } from "../../harness/mod.ts";

/** Requests are held at the upstream for so long: refusals come while they are there, or never will. */
const HOLD_MS = 10 * TIMING.failFastMs;
const EXTRA = 10;

/** The limit that protects a slow service is worth what its boundary is worth: N pass, the next is told so at once. */
export default scenario({
  id: "breaking/request_limit",
  clauses: ["BRK-09"],
  needs: ["request-limit"],
  topology: { echo: { instances: 1 } },
  policy: "request_limit.yaml",
  seconds: 3,
  async drive(t) {
    const limit = t.policy.destinations[0]?.maxRequests ?? 0;
    await t.calls("warm-up", 5, { concurrency: 1 });
    const held = t.calls("up to the limit", limit, { concurrency: limit, behaviour: `sleep-${HOLD_MS}` });
    await t.received("up to the limit", limit, HOLD_MS * 2 / 3);
    await t.calls("beyond the limit", EXTRA, { concurrency: EXTRA });
    await held;
    await t.calls("afterwards", limit, { concurrency: limit });
  },
  judge: (h, policy) => {
    const limit = policy.destinations[0]?.maxRequests ?? NaN;
    const held = h.phase("up to the limit");
    // All are held from the last arrival to the first end; what is sent so late that it may be decided after it proves
    // nothing.
    const attempts = held.calls.flatMap((call) => call.attempts);
    const fromT = Math.max(...attempts.map((attempt) => attempt.received.t));
    const toT = Math.min(...attempts.map((attempt) => attempt.ended?.t ?? Infinity)) - TIMING.failFastMs;
    const beyond = h.phase("beyond the limit")
      .where("while all are held", (call) => call.sent.t >= fromT && call.sent.t <= toT);
    return [
      clause(
        "BRK-09",
        held.reachedUpstream(limit),
        held.everyCall({ status: "OK", attempts: 1 }),
        beyond.everyCall({
          status: ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
          attempts: 0,
          withinMs: TIMING.failFastMs,
          says: /overflow|overloaded/i,
        }),
        beyond.atLeast(EXTRA),
        h.phase("afterwards").everyCall({ status: "OK", attempts: 1 }),
      ),
    ];
  },
  mutants: ["limit-one-more", "limit-one-less", "limit-queues"],
});
