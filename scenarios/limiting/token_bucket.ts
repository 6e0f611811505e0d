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
/** A bucket may be refilled in steps of this length, and so be early by the tokens of one step. */
const STEP_MS = 50;

function limitOf(policy: Policy): { burst: number; perSecond: number } {
  const limit = policy.routes[0]?.rateLimit;
  if (limit === undefined) throw new Error("Expected a rate limit in the policy, found none");
  return limit;
}

/** When each call that the limiter let through reached the upstream, in order. */
function passedAt(calls: readonly Call[]): number[] {
  return calls.flatMap((call) => call.attempts.map((attempt) => attempt.received.t)).sort((a, b) => a - b);
}

/**
 * Most that any span of time let through beyond burst + rate x span: a bucket never does, a fixed window does at its
 * edge. A call is decided somewhere between its sending and its arrival; only calls that lie in the span with both are
 * counted, so that no delay on the way, wherever it comes from, can make an honest limiter look wrong.
 */
function worstExcess(calls: readonly Call[], burst: number, perSecond: number): number {
  const passed = calls.flatMap(({ sent, attempts }) =>
    attempts.slice(0, 1).map(({ received }) => ({ sentT: sent.t, arrivedT: received.t }))
  ).sort((a, b) => a.arrivedT - b.arrivedT);
  let worst = -Infinity;
  for (const { sentT: beginT } of passed) {
    let count = 0;
    for (const { sentT, arrivedT } of passed) {
      if (sentT < beginT) continue;
      count++;
      worst = Math.max(worst, count - burst - perSecond * (arrivedT - beginT) / 1000);
    }
  }
  return worst;
}

function rateCheck(h: JudgedHistory, policy: Policy) {
  const { perSecond } = limitOf(policy);
  const { calls } = h.phase("sustained");
  const promised = perSecond * WINDOW_MS / 1000;
  const expected = `${perSecond}/s within ${TOLERANCE * 100} % over ${WINDOW_MS / 1000} s: ${promised} calls`;
  if (calls.length === 0) return verdictOf("vacuous", expected, "no call was made");
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
  const off = Math.abs(passed - promised);
  // A stall of the harness moves as many calls over either end of the window as tokens come meanwhile, and no more.
  const blameable = 2 * perSecond * h.lagMs(window.fromT, window.toT) / 1000;
  if (off <= TOLERANCE * promised || off > TOLERANCE * promised + blameable) {
    return claim(expected, actual, off <= TOLERANCE * promised);
  }
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
    // A limiter of fixed windows passes twice the burst where a full allowance meets the edge of a window soon. The
    // first call opens a window that begins with it, most of a window before the overload; where windows lie on the
    // clock, each round meets their edges a third of a window apart from the one before.
    for (let round = 0; round < 3; round++) {
      await t.call("edge");
      await t.elapse("most of a window", refillMs * 0.8);
      await t.calls("edge", 8 * burst, { perSecond: 8 * perSecond });
      await t.elapse("the bucket refills but for what the next round waits", refillMs * 0.533);
    }
    await t.calls("sustained", Math.round(1.9 * perSecond * WINDOW_MS / 1000), {
      perSecond: 1.75 * perSecond,
    });
  },
  judge: (h, policy) => {
    const { burst, perSecond } = limitOf(policy);
    const all = ["burst", "edge", "sustained"].flatMap((name) => h.phase(name).calls);
    const excess = worstExcess(all, burst, perSecond * (1 + TOLERANCE));
    const slack = 1 + perSecond * STEP_MS / 1000;
    const refused = h.phase("sustained").where("refused", (call) => call.attempts.length === 0);
    return [
      clause(
        "LIM-01",
        h.phase("burst").everyCall({ status: "OK", attempts: 1 }),
        claim(
          `no span of time passes more than ${burst} + ${perSecond}/s (refilled in steps of ${STEP_MS} ms at most)`,
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
