import {
  type Call,
  claim,
  clause,
  type JudgedHistory,
  lateness,
  type Policy,
  scenario,
  verdictOf,
} from "../../harness/mod.ts";

/** The rate is measured over so long, within so much (clause LIM-01). */
const WINDOW_MS = 10_000;
const TOLERANCE = 0.02;
/** A request's path to the limiter takes about so long one time or another; tokens of that time may be early or late. */
const JITTER_MS = 50;

function limitOf(policy: Policy): { burst: number; perSecond: number } {
  const limit = policy.routes[0]?.rateLimit;
  if (limit === undefined) throw new Error("Expected a rate limit in the policy, found none");
  return limit;
}

/** When each call that the limiter let through reached the upstream, in order. */
function passedAt(calls: readonly Call[]): number[] {
  return calls.flatMap((call) => call.attempts.map((attempt) => attempt.received.t)).sort((a, b) => a - b);
}

/** Most that any span of time let through beyond burst + rate x span: a bucket never does, a fixed window does at its edge. */
function worstExcess(times: readonly number[], burst: number, perSecond: number): number {
  // With potential p(i) = i - rate x t(i), the excess of span i..j is 1 + p(j) - p(i) - burst: one pass suffices.
  let lowest = Infinity;
  let worst = -Infinity;
  for (const [index, t] of times.entries()) {
    const potential = index - perSecond * t / 1000;
    lowest = Math.min(lowest, potential);
    worst = Math.max(worst, 1 + potential - lowest - burst);
  }
  return worst;
}

function rateCheck(h: JudgedHistory, policy: Policy) {
  const { perSecond } = limitOf(policy);
  const { calls } = h.phase("sustained");
  const promised = perSecond * WINDOW_MS / 1000;
  const expected = `${perSecond}/s within ${TOLERANCE * 100} % over ${WINDOW_MS / 1000} s: ${promised} calls`;
  // From the first refusal on, since the bucket is empty then: what it held before is the burst's matter.
  const beganT = calls.find((call) => call.attempts.length === 0)?.answered?.t;
  if (beganT === undefined) return claim(expected, "none of the calls was refused", false);
  const window = { fromT: beganT, toT: beganT + WINDOW_MS };
  const within = (t: number) => t > window.fromT && t <= window.toT;
  const passed = passedAt(calls).filter(within).length;
  const offered = calls.filter((call) => within(call.sent.t)).length;
  const actual = `${passed} calls of ${offered}`;
  if (offered < 1.5 * promised) {
    return verdictOf("inconclusive", expected, `the harness offered only ${offered} calls`);
  }
  if (Math.abs(passed - promised) <= TOLERANCE * promised) return claim(expected, actual, true);
  return lateness(h, window, expected, actual);
}

/** A limit that lets twice its burst through at the edge of a window protects nothing from a burst. */
export default scenario({
  id: "limiting/token_bucket",
  clauses: ["LIM-01"],
  needs: ["rate-limit"],
  topology: { echo: { instances: 1 } },
  policy: "token_bucket.yaml",
  seconds: 14,
  async drive(t) {
    const { burst, perSecond } = limitOf(t.policy);
    const refillMs = burst / perSecond * 1000;
    await t.calls("burst", burst, { concurrency: burst });
    await t.elapse("the bucket refills", refillMs * 1.2);
    // A window that begins with a first call, or on the clock, is caught at its edge: once by a call that opens it
    // most of a window before, and by an overload that lasts for longer than a window.
    await t.call("edge");
    await t.elapse("most of a window", refillMs * 0.8);
    await t.calls("edge", 8 * burst, { perSecond: 8 * perSecond });
    await t.calls("sustained", Math.round(2.2 * perSecond * WINDOW_MS / 1000), { perSecond: 2 * perSecond });
  },
  judge: (h, policy) => {
    const { burst, perSecond } = limitOf(policy);
    const all = passedAt(["burst", "edge", "sustained"].flatMap((name) => h.phase(name).calls));
    const excess = worstExcess(all, burst, perSecond * (1 + TOLERANCE));
    const slack = perSecond * JITTER_MS / 1000;
    const refused = h.phase("sustained").where("refused", (call) => call.attempts.length === 0);
    return [
      clause(
        "LIM-01",
        h.phase("burst").everyCall({ status: "OK", attempts: 1 }),
        claim(
          `no span of time passes more than ${burst} + ${perSecond}/s (jitter ${JITTER_MS} ms)`,
          `the worst span passes ${Math.max(0, excess).toFixed(1)} more`,
          excess <= slack,
        ),
        rateCheck(h, policy),
        refused.everyCall({ status: ["RESOURCE_EXHAUSTED", "UNAVAILABLE"], attempts: 0 }),
      ),
    ];
  },
  mutants: ["limiter-fixed-window", "limiter-leaky-start"],
});
