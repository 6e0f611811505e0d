import {
  assert,
  assertAlmostEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { randomStream } from "../model/random.ts";
import { ALPHA, binomialPValue, sampleSizeForShare } from "./statistics.ts";

/** P(X = hits) for all hits from 0 to total, from the definition, in logarithms. */
function probabilities(total: number, share: number): number[] {
  const logs = [total * Math.log1p(-share)];
  for (let hits = 1; hits <= total; hits++) {
    const before = logs[hits - 1] ?? NaN;
    logs.push(before + Math.log((total - hits + 1) / hits) + Math.log(share) - Math.log1p(-share));
  }
  return logs.map(Math.exp);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The two-sided p-value from its definition. */
function pValueBySum(hits: number, total: number, share: number): number {
  const all = probabilities(total, share);
  return Math.min(1, 2 * Math.min(sum(all.slice(0, hits + 1)), sum(all.slice(hits))));
}

/** How often a fair verdict at `alpha` rejects `assumed` when the truth is `share`, exactly. */
function rejectionRate(total: number, share: number, assumed: number, alpha: number): number {
  return sum(
    probabilities(total, share).map((probability, hits) =>
      binomialPValue(hits, total, assumed) < alpha ? probability : 0
    ),
  );
}

Deno.test("binomialPValue gives the values that can be worked out by hand", () => {
  // Ten heads in ten tosses: twice 1/1024. No head is as rare.
  assertAlmostEquals(binomialPValue(10, 10, 0.5), 2 / 1024, 1e-14);
  assertAlmostEquals(binomialPValue(0, 10, 0.5), 2 / 1024, 1e-14);
  // Eight or more of ten: (45 + 10 + 1) / 1024, twice.
  assertAlmostEquals(binomialPValue(8, 10, 0.5), 112 / 1024, 1e-12);
  assertAlmostEquals(binomialPValue(1, 1, 0.3), 0.6, 1e-12);
  // The middle of a symmetric distribution can be no surprise at all.
  assert(binomialPValue(5, 10, 0.5) === 1);
});

Deno.test("binomialPValue equals the sum of the binomial probabilities, also far out in a tail", () => {
  for (
    const [hits, total, share] of [[3, 20, 0.3], [640, 1000, 0.7], [17, 2000, 0.01], [0, 400, 0.02]] as const
  ) {
    const expected = pValueBySum(hits, total, share);
    assertAlmostEquals(binomialPValue(hits, total, share), expected, 1e-8 * expected, `${hits} of ${total}`);
  }
  assertLessOrEqual(binomialPValue(0, 5_000, 0.5), 1e-300);
});

Deno.test("binomialPValue of any draw is a probability, and equals the sum of its definition", () => {
  const draws = fc.integer({ min: 1, max: 300 }).chain((total) =>
    fc.tuple(
      fc.integer({ min: 0, max: total }),
      fc.constant(total),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    )
  );
  fc.assert(
    fc.property(draws, ([hits, total, share]) => {
      const value = binomialPValue(hits, total, share);
      const expected = pValueBySum(hits, total, share);
      assert(value >= 0 && value <= 1);
      assertAlmostEquals(value, expected, 1e-7 * expected + 1e-300);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("binomialPValue is the same for hits and misses, seen from either side", () => {
  const draws = fc.integer({ min: 1, max: 3_000 }).chain((total) =>
    fc.tuple(
      fc.integer({ min: 0, max: total }),
      fc.constant(total),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    )
  );
  fc.assert(
    fc.property(draws, ([hits, total, share]) => {
      const one = binomialPValue(hits, total, share);
      // 1 - share rounds; in a tail that is raised to the power of the number of draws.
      assertAlmostEquals(binomialPValue(total - hits, total, 1 - share), one, 1e-9 * one + 1e-300);
    }),
    { seed: 2, numRuns: 300 },
  );
});

Deno.test("binomialPValue falls the further a count lies from what was promised", () => {
  for (const share of [0.1, 0.5, 0.7]) {
    const values = Array.from({ length: 501 }, (_, hits) => binomialPValue(hits, 500, share));
    const middle = Math.round(500 * share);
    for (let hits = middle + 1; hits < 500; hits++) {
      assertGreaterOrEqual(values[hits] as number, values[hits + 1] as number);
    }
    for (let hits = middle - 1; hits > 0; hits--) {
      assertGreaterOrEqual(values[hits] as number, values[hits - 1] as number);
    }
  }
});

Deno.test("binomialPValue refuses counts and shares that no draw can have", () => {
  for (
    const [hits, total, share] of [[1, 0, 0.5], [-1, 5, 0.5], [6, 5, 0.5], [1, 5, 0], [1, 5, 1], [
      1,
      5,
      NaN,
    ]] as const
  ) {
    assertThrows(
      () => binomialPValue(hits, total, share),
      RangeError,
      "0 <= hits <= total and 0 < share < 1",
    );
  }
});

Deno.test("a verdict at ALPHA gives no more false alarms than it states, for every split of the catalogue", () => {
  for (const share of [0.01, 0.1, 0.3, 0.5, 0.7, 0.9]) {
    for (const total of [50, 500, 2_000]) assertLessOrEqual(rejectionRate(total, share, share, ALPHA), ALPHA);
  }
});

Deno.test("a verdict at ALPHA on an honest split, drawn ten thousand times, hardly ever raises a false alarm", () => {
  const random = randomStream(7, "honest split");
  let alarms = 0;
  const pValues = new Map<number, number>();
  for (let trial = 0; trial < 10_000; trial++) {
    let hits = 0;
    for (let draw = 0; draw < 300; draw++) if (random() < 0.7) hits++;
    const value = pValues.get(hits) ?? binomialPValue(hits, 300, 0.7);
    pValues.set(hits, value);
    if (value < 0.01) alarms++;
  }
  // At alpha 1 %, to have something to count: 100 expected at the most, 5 standard deviations above that.
  assertLessOrEqual(alarms, 150);
  assertGreaterOrEqual(alarms, 30);
});

Deno.test("sampleSizeForShare gives at least 99 % power against the nearest wrong share", () => {
  for (
    const [honest, dishonest] of [[0.7, 0.75], [0.9, 0.85], [0.5, 0.6], [0.1, 0.2], [0.05, 0.1]] as const
  ) {
    const total = sampleSizeForShare(honest, dishonest);
    assertGreaterOrEqual(
      rejectionRate(total, dishonest, honest, ALPHA),
      0.99,
      `${honest} against ${dishonest}`,
    );
  }
});

Deno.test("sampleSizeForShare asks for more calls the closer the two shares are", () => {
  assert(sampleSizeForShare(0.7, 0.72) > 4 * sampleSizeForShare(0.7, 0.75));
});
