import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ArrivalPlan, checkPlan, type RatePlan } from "./arrival_plan.ts";
import { dueTimes, eachDueTime } from "./due_times.ts";
import { arrivalsUntil } from "./rate_curve.ts";

const level = (perSecond: number, durationMs: number) => ({
  fromPerSecond: perSecond,
  toPerSecond: perSecond,
  durationMs,
});
const plan = (options: Partial<RatePlan>): RatePlan => ({
  kind: "rate",
  curve: { stretches: [level(1000, 10_000)] },
  spacing: "even",
  seed: 1,
  name: "load",
  ...options,
});
const poisson = plan({ spacing: "poisson" });

/** Largest distance between the sample's distribution and that of `cumulative`. */
function distance(sample: readonly number[], cumulative: (value: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return Math.max(...sorted.map((value, index) => {
    const p = cumulative(value);
    return Math.max(p - index / sorted.length, (index + 1) / sorted.length - p);
  }));
}
/** Kolmogorov and Smirnov's bound at alpha = 0.001, for samples of more than 100. */
const bound = (n: number) => 1.949 / Math.sqrt(n);

Deno.test("property: evenly spaced due times ascend, and are as many as the curve expects", () => {
  const rate = fc.integer({ min: 0, max: 3000 });
  const stretch = fc.record({ fromPerSecond: rate, toPerSecond: rate, durationMs: fc.constantFrom(10, 700) });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 4 }), (stretches) => {
      const curve = { stretches: [...stretches, level(100, 50)] };
      const due = [...eachDueTime(plan({ curve }))];
      assert(due.every((t, index) => index === 0 || t >= (due[index - 1] ?? 0)));
      const expected = arrivalsUntil(curve, 1e9);
      assert(Math.abs(due.length - expected) <= 1, `${due.length} due, ${expected} expected`);
    }),
    { numRuns: 50 },
  );
});

Deno.test("property: a plan ends at its duration and at its number of requests, whichever comes first", () => {
  const options = fc.record({
    durationMs: fc.integer({ min: 1, max: 12_000 }),
    requests: fc.integer({ min: 0, max: 12_000 }),
    spacing: fc.constantFrom("even" as const, "poisson" as const),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(options, (end) => {
      const all = [...eachDueTime(plan({ spacing: end.spacing, seed: end.seed }))];
      const wanted = all.filter((t) => t < end.durationMs).slice(0, end.requests);
      assertEquals([...eachDueTime(plan(end))], wanted);
    }),
    { numRuns: 30 },
  );
});

Deno.test("Poisson due times have exponential gaps and a Poisson number (alpha 0.001)", () => {
  const due = [...eachDueTime(poisson)];
  // 10,000 expected, standard deviation 100.
  assert(Math.abs(due.length - 10_000) < 330, `${due.length} arrivals`);
  const gaps = due.map((t, index) => t - (due[index - 1] ?? 0));
  const d = distance(gaps, (gap) => 1 - Math.exp(-gap));
  assert(d < bound(gaps.length), `distance ${d}`);
});

Deno.test("Poisson due times on a ramp are distributed as its integral (alpha 0.001)", () => {
  const curve = { stretches: [{ fromPerSecond: 200, toPerSecond: 1800, durationMs: 10_000 }] };
  const due = [...eachDueTime(plan({ spacing: "poisson", curve }))];
  const d = distance(due, (t) => arrivalsUntil(curve, t) / arrivalsUntil(curve, 10_000));
  assert(d < bound(due.length), `distance ${d} of ${due.length}`);
});

Deno.test("Poisson numbers in windows of a constant rate are spread as theory has it (chi-square, alpha 0.001)", () => {
  const counts = new Array<number>(1000).fill(0);
  for (const t of eachDueTime(poisson)) counts[Math.floor(t / 10)] = (counts[Math.floor(t / 10)] ?? 0) + 1;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10) ** 2 / 10, 0);
  // 1000 degrees of freedom by Wilson and Hilferty, both tails at 0.0005 (z = 3.29).
  const at = (z: number) => 1000 * (1 - 2 / 9000 + z * Math.sqrt(2 / 9000)) ** 3;
  assert(chiSquare > at(-3.29) && chiSquare < at(3.29), `chi-square ${chiSquare}`);
});

Deno.test("the same seed and name give the same due times, another of either gives others", () => {
  const of = (options: Partial<RatePlan>) => [...eachDueTime({ ...poisson, requests: 50, ...options })];
  assertEquals(of({}), of({}));
  assert(of({})[0] !== of({ seed: 2 })[0]);
  assert(of({})[0] !== of({ name: "other" })[0]);
});

Deno.test("dueTimes makes no chunk before it is asked for, though the plan has no end", () => {
  const endless = plan({ curve: { stretches: [{ fromPerSecond: 1e6, toPerSecond: 1e6 }] } });
  const chunks = dueTimes(endless);
  const lengths = [1, 2, 3].map(() => (chunks.next().value as Float64Array).length);
  assertEquals(lengths, [4096, 4096, 4096]);
});

Deno.test("a burst that repeats does not drift over ten thousand periods", () => {
  const curve = { stretches: [level(7, 90), level(700, 10)], repeats: true };
  const due = [...eachDueTime(plan({ curve, durationMs: 1_000_000 }))];
  // 0.63 and 7 arrivals a period.
  assertEquals(due.length, 76_300);
});

Deno.test("checkPlan refuses plans that nothing ends, and ends that are none", () => {
  const refused = (value: ArrivalPlan, words: string) =>
    assertThrows(() => checkPlan(value), RangeError, words);
  const endless = plan({ curve: { stretches: [level(1, 1)], repeats: true } });
  refused(endless, "something must end them");
  checkPlan({ ...endless, durationMs: 1 });
  checkPlan({ ...endless, requests: 0 });
  refused({ kind: "closed", concurrency: 1 }, "something must end them");
  refused(
    { kind: "closed", concurrency: 0, requests: 1 },
    "concurrency must be a whole number of at least 1",
  );
  refused({ ...poisson, requests: 1.5 }, "current value is 1.5");
  refused({ ...poisson, durationMs: 0 }, "current value is 0");
});
