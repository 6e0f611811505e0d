/** Open plans as people write them on a command line. */
import { parseDuration } from "../../model/duration.ts";
import { type ArrivalPlan, checkPlan, type PlanEnd } from "./arrival_plan.ts";
import type { RateStretch } from "./rate_curve.ts";

/** What stands beside the text of a plan. */
export interface PlanContext extends PlanEnd {
  /** For `constant` and `poisson`. */
  readonly perSecond?: number;
  /** Spacing of the plans that leave it open. @default "even" */
  readonly spacing?: "even" | "poisson";
  readonly seed: number;
  readonly name: string;
}

export const PLAN_FORMS = [
  "constant",
  "poisson",
  "ramp:FROM..TO:DURATION",
  "step:RATE,RATE,...:DURATION",
  "burst:BASE,PEAK:EVERY,LENGTH",
  "trace:FILE",
].join(", ");

/**
 * Reads a plan, in one of {@linkcode PLAN_FORMS}. Rates are per second, durations as Go writes them (`1.5s`, `200ms`).
 * The rates of `step` last DURATION each; `burst` is at BASE but for the last LENGTH of every EVERY, and goes on until
 * something else ends it.
 *
 * @throws {SyntaxError} When the text is none of them: with what was expected and found.
 * @throws {RangeError} When it is, and cannot be kept.
 */
export function parsePlan(text: string, context: PlanContext): ArrivalPlan {
  const plan = planOf(text, context);
  checkPlan(plan);
  return plan;
}

function planOf(text: string, context: PlanContext): ArrivalPlan {
  const { perSecond, spacing = "even", seed, name, durationMs, requests } = context;
  const end = {
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(requests === undefined ? {} : { requests }),
  };
  const [form = "", ...rest] = text.split(":");
  const rated = (stretches: readonly RateStretch[], repeats = false, how = spacing): ArrivalPlan => (
    { kind: "rate", curve: { stretches, repeats }, spacing: how, seed, name, ...end }
  );
  switch (form) {
    case "constant":
    case "poisson": {
      if (rest.length > 0) fail(text);
      if (perSecond === undefined) {
        throw new RangeError(`Cannot plan arrivals as plan ${form} needs a rate: none was given`);
      }
      const level = [{ fromPerSecond: perSecond, toPerSecond: perSecond }];
      return rated(level, false, form === "poisson" ? "poisson" : spacing);
    }
    case "ramp": {
      const [rates = "", lasting = "", ...more] = rest;
      const [from, to, ...others] = rates.split("..").map((rate) => rateOf(rate, text));
      if (from === undefined || to === undefined || others.length + more.length > 0) fail(text);
      return rated([{ fromPerSecond: from, toPerSecond: to, durationMs: durationOf(lasting, text) }]);
    }
    case "step": {
      const [rates = "", lasting = "", ...more] = rest;
      if (more.length > 0) fail(text);
      const eachMs = durationOf(lasting, text);
      return rated(rates.split(",").map((rate) => level(rateOf(rate, text), eachMs)));
    }
    case "burst": {
      const [rates = "", lasting = "", ...more] = rest;
      const [base, peak, ...otherRates] = rates.split(",").map((rate) => rateOf(rate, text));
      const [everyMs, lengthMs, ...otherTimes] = lasting.split(",").map((each) => durationOf(each, text));
      const isWhole = otherRates.length + otherTimes.length + more.length === 0;
      if (base === undefined || peak === undefined || everyMs === undefined || lengthMs === undefined) {
        fail(text);
      }
      if (!isWhole || lengthMs >= everyMs) fail(text);
      return rated([level(base, everyMs - lengthMs), level(peak, lengthMs)], true);
    }
    case "trace": {
      const path = rest.join(":");
      if (path === "") fail(text);
      return { kind: "trace", path, ...end };
    }
    default:
      return fail(text);
  }
}

function level(perSecond: number, durationMs: number): RateStretch {
  return { fromPerSecond: perSecond, toPerSecond: perSecond, durationMs };
}

function rateOf(text: string, plan: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : fail(plan);
}

function durationOf(text: string, plan: string): number {
  return parseDuration(text) ?? fail(plan);
}

function fail(text: string): never {
  throw new SyntaxError(`Cannot read plan ${JSON.stringify(text)}: expected one of ${PLAN_FORMS}`);
}
