import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { randomStream } from "../model/random.ts";
import { median, medianInterval, noiseFloor, quantile } from "./statistics.ts";

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

Deno.test("median is the middle value, or between the two of the middle", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
  assertThrows(() => median([]), RangeError, "there must be a value");
});

Deno.test("quantile is the smallest value that is at least as large as the share asked for", () => {
  const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
  assertEquals([0, 0.5, 0.99, 0.995, 1].map((share) => quantile(sorted, share)), [1, 100, 198, 199, 200]);
});

Deno.test("medianInterval of a few values is their range, with the confidence that this has", () => {
  assertEquals(medianInterval([5]), { low: 5, high: 5, confidence: 0 });
  assertEquals(medianInterval([5, 1, 3, 2, 4]), { low: 1, high: 5, confidence: 0.9375 });
  // Six are the fewest that give 95 %: 1 - 2 / 64.
  assertEquals(medianInterval([1, 2, 3, 4, 5, 6]), { low: 1, high: 6, confidence: 0.96875 });
  // From the table of the sign test: of nine, the second smallest and largest; of twenty, the sixth.
  const nine = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals([nine.low, nine.high], [2, 8]);
  const twenty = medianInterval(Array.from({ length: 20 }, (_, index) => index + 1));
  assertEquals([twenty.low, twenty.high], [6, 15]);
  assertAlmostEquals(twenty.confidence, 0.9586, 1e-4);
});

Deno.test("property: medianInterval holds the median, and does not hang on the order of the values", () => {
  fc.assert(
    fc.property(values, (all) => {
      const { low, high, confidence } = medianInterval(all);
      assert(low <= median(all) && median(all) <= high);
      assert(confidence >= 0 && confidence < 1);
      assert(all.length < 6 || confidence >= 0.95);
      assertEquals(medianInterval([...all].reverse()), { low, high, confidence });
    }),
    { seed: 1 },
  );
});

Deno.test("medianInterval of drawn rounds covers the true median as often as it says", () => {
  const random = randomStream(6, "rounds");
  for (const rounds of [5, 6, 9, 15]) {
    let covered = 0;
    let claimed = 0;
    const trials = 4_000;
    for (let trial = 0; trial < trials; trial++) {
      // Skewed, as times are: exponential, of which the median is ln 2.
      const drawn = Array.from({ length: rounds }, () => -Math.log(1 - random()));
      const { low, high, confidence } = medianInterval(drawn);
      if (low <= Math.LN2 && Math.LN2 <= high) covered++;
      claimed = confidence;
    }
    // Five standard deviations of a share near 0.95 in 4000 trials are 0.017.
    assertAlmostEquals(covered / trials, claimed, 0.02, `${rounds} rounds`);
  }
});

Deno.test("noiseFloor is the usual factor between neighbours, whichever is larger", () => {
  assertEquals(noiseFloor([7]), undefined);
  assertEquals(noiseFloor([10, 10, 10]), 1);
  assertEquals(noiseFloor([10, 20, 10]), 2);
  assertEquals(noiseFloor([10, 20, 20, 40]), 2);
});
