import type { Policy } from "../../harness/mod.ts";
import { type CallSpec, history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import tokenBucket from "./token_bucket.ts";

/** Decides at a moment whether a call passes. */
type Limiter = (t: number) => boolean;

const REFUSED: CallSpec = { at: [], status: "RESOURCE_EXHAUSTED" };

function limitOf(policy: Policy): { burst: number; perSecond: number } {
  const limit = policy.routes[0]?.rateLimit;
  if (limit === undefined) throw new TypeError("Expected a rate limit in the policy, found none");
  return limit;
}

function bucket(burst: number, perSecond: number, atFirst = burst): Limiter {
  let tokens = atFirst;
  let lastT = 0;
  return (t) => {
    tokens = Math.min(burst, tokens + perSecond * (t - lastT) / 1000);
    lastT = t;
    // The grain of floating point must not decide over a call.
    if (tokens < 1 - 1e-9) return false;
    tokens--;
    return true;
  };
}

/** The same rate by windows of burst / rate, which begin with a first call or on the clock. */
function fixedWindow(burst: number, perSecond: number, onClock: boolean): Limiter {
  const windowMs = burst / perSecond * 1000;
  let beganT = -Infinity;
  let passed = 0;
  return (t) => {
    if (t - beganT >= windowMs) {
      beganT = onClock ? t - t % windowMs : t;
      passed = 0;
    }
    return ++passed <= burst;
  };
}

/** What the scenario drives, with a limiter in between that decides in the order of time. */
function cell(policy: Policy, limiter: Limiter, odd: CallSpec & { count?: number } = {}): HistoryBuilder {
  const { burst, perSecond } = limitOf(policy);
  const refillMs = burst / perSecond * 1000;
  const cell = history();
  let t = 100;
  const phase = (name: string, count: number, everyMs: number, last?: CallSpec & { count?: number }) => {
    const beganT = t;
    cell.calls(name, count, (index) => {
      t = beganT + index * everyMs;
      return { sentT: t, tookMs: 0.5, ...(limiter(t) ? {} : REFUSED) };
    }, last);
  };
  phase("burst", burst, 0);
  t += refillMs * 1.2;
  for (let round = 0; round < 2; round++) {
    phase("edge", 1, 0);
    t += refillMs * 0.8;
    phase("edge", 8 * burst, 1000 / (8 * perSecond));
    t += refillMs * 0.7;
  }
  phase("sustained", 22 * perSecond, 1000 / (2 * perSecond), odd);
  return cell;
}

proveJudge(tokenBucket, {
  beside: import.meta.url,
  keeps: {
    "a token bucket": (policy) => cell(policy, bucket(limitOf(policy).burst, limitOf(policy).perSecond)),
    "a token bucket that is 1 % generous": (policy) =>
      cell(policy, bucket(limitOf(policy).burst, 1.01 * limitOf(policy).perSecond)),
  },
  breaks: {
    "no limiter at all": (policy) => ({
      history: cell(policy, () => true),
      says: /none of the calls was refused/,
    }),
    "a window that begins with a first call": (policy) => ({
      history: cell(policy, fixedWindow(limitOf(policy).burst, limitOf(policy).perSecond, false)),
      says: /the worst span passes/,
    }),
    "a window on the clock": (policy) => ({
      history: cell(policy, fixedWindow(limitOf(policy).burst, limitOf(policy).perSecond, true)),
      says: /the worst span passes/,
    }),
    "a bucket that starts empty": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, limitOf(policy).perSecond, 0)),
      says: /^burst/,
    }),
    "a bucket with room for half as much again": (policy) => ({
      history: cell(policy, bucket(1.5 * limitOf(policy).burst, limitOf(policy).perSecond)),
    }),
    "a rate that is 5 % too high": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, 1.05 * limitOf(policy).perSecond)),
      says: /10[45]\d calls of/,
    }),
    "a rate that is 5 % too low": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, 0.95 * limitOf(policy).perSecond)),
    }),
    "a refusal under another name": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, limitOf(policy).perSecond), {
        at: [],
        status: "INTERNAL",
      }),
      says: /status INTERNAL/,
    }),
    "a load that was too small to tell": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, limitOf(policy).perSecond), { count: 1_000 }),
      verdict: "inconclusive",
    }),
    "no load": (policy) => ({
      history: cell(policy, bucket(limitOf(policy).burst, limitOf(policy).perSecond), { count: 0 }),
      verdict: "vacuous",
    }),
  },
});
