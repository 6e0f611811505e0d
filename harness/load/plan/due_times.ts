/** Due times of an open plan, a chunk at a time. */
import { randomStream } from "../../model/random.ts";
import { CHUNK_LENGTH, type OpenPlan, type PlanEnd, type RatePlan } from "./arrival_plan.ts";
import { timeOfArrivals } from "./rate_curve.ts";
import { readTrace } from "./trace_file.ts";

/**
 * Milliseconds after the start at which each attempt is due, ascending; the same for the same plan. Only the chunk that
 * was asked for last is in memory, and a plan without an end may be asked for ever.
 *
 * @throws What `readTrace` throws.
 */
export function* dueTimes(plan: OpenPlan): Generator<Float64Array, void, undefined> {
  yield* plan.kind === "trace" ? ended(readTrace(plan.path), plan) : chunksOf(plan);
}

/** One due time after the other. */
export function* eachDueTime(plan: OpenPlan): Generator<number, void, undefined> {
  for (const chunk of dueTimes(plan)) yield* chunk;
}

function* chunksOf(plan: RatePlan): Generator<Float64Array, void, undefined> {
  const { durationMs = Infinity, requests = Infinity } = plan;
  const timeOf = timeOfArrivals(plan.curve);
  const random = randomStream(plan.seed, "arrival", plan.name);
  const isPoisson = plan.spacing === "poisson";
  let arrivals = 0;
  for (let index = 0; index < requests;) {
    const chunk = new Float64Array(Math.min(CHUNK_LENGTH, requests - index));
    let length = 0;
    while (length < chunk.length) {
      // A Poisson process of any rate is one of rate 1 in the curve's own measure, of which the inverse is exact.
      if (isPoisson) arrivals -= Math.log(1 - random());
      const dueMs = timeOf(isPoisson ? arrivals : index);
      if (dueMs >= durationMs || dueMs === Infinity) break;
      chunk[length++] = dueMs;
      index++;
    }
    if (length > 0) yield chunk.subarray(0, length);
    if (length < chunk.length) return;
  }
}

function* ended(
  chunks: Iterable<Float64Array>,
  { durationMs = Infinity, requests = Infinity }: PlanEnd,
): Generator<Float64Array, void, undefined> {
  let left = requests;
  for (const chunk of chunks) {
    if (left <= 0) return;
    const beyond = chunk.findIndex((dueMs) => dueMs >= durationMs);
    const length = Math.min(left, beyond === -1 ? chunk.length : beyond);
    if (length > 0) yield chunk.subarray(0, length);
    if (beyond !== -1) return;
    left -= length;
  }
}
