/** Arrival plans as values: JSON, so that a run can be described, stored and made again. */
import { checkRateCurve, type RateCurve } from "./rate_curve.ts";

/** So many due times are held at once, however many the plan has. */
export const CHUNK_LENGTH = 4096;

/** When a plan ends: at whichever comes first. */
export interface PlanEnd {
  readonly durationMs?: number;
  readonly requests?: number;
}

/** Open loop: attempts are due whether or not earlier ones have ended. */
export interface RatePlan extends PlanEnd {
  readonly kind: "rate";
  readonly curve: RateCurve;
  /** `even`: at equal shares of the curve; `poisson`: by chance, as independent users arrive. */
  readonly spacing: "even" | "poisson";
  readonly seed: number;
  /** Of the load: with the seed it is the key of the random stream, so that loads do not depend on each other. */
  readonly name: string;
}

/** Open loop: attempts are due at the times of a file, see `trace_file.ts`. */
export interface TracePlan extends PlanEnd {
  readonly kind: "trace";
  readonly path: string;
}

/** Closed loop: an attempt is due when one of a fixed number of callers is free. */
export interface ClosedPlan extends PlanEnd {
  readonly kind: "closed";
  readonly concurrency: number;
}

export type OpenPlan = RatePlan | TracePlan;
export type ArrivalPlan = OpenPlan | ClosedPlan;

/**
 * @throws {RangeError} When the plan asks for what cannot be kept, or nothing ends it.
 */
export function checkPlan(plan: ArrivalPlan): void {
  if (plan.requests !== undefined) checkWhole("requests", plan.requests, 0);
  if (plan.durationMs !== undefined && !(plan.durationMs > 0 && Number.isFinite(plan.durationMs))) {
    throw new RangeError(
      `Cannot plan arrivals as durationMs must be above 0: current value is ${plan.durationMs}`,
    );
  }
  if (plan.kind === "closed") checkWhole("concurrency", plan.concurrency, 1);
  if (plan.kind === "rate") checkRateCurve(plan.curve);
  if (!hasEnd(plan)) {
    throw new RangeError(
      "Cannot plan arrivals as something must end them: give durationMs, requests, or a curve that ends",
    );
  }
}

function hasEnd(plan: ArrivalPlan): boolean {
  if (plan.durationMs !== undefined || plan.requests !== undefined || plan.kind === "trace") return true;
  if (plan.kind === "closed" || plan.curve.repeats === true) return false;
  return plan.curve.stretches.every(({ durationMs }) => durationMs !== undefined);
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot plan arrivals as ${name} must be a whole number of at least ${least}: current value is ${value}`,
  );
}
