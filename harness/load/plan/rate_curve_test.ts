import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arrivalsUntil, checkRateCurve, type RateCurve, timeOfArrivals } from "./rate_curve.ts";

const rate = fc.integer({ min: 0, max: 5000 });
const stretch = fc.record({
  fromPerSecond: rate,
  toPerSecond: rate,
  durationMs: fc.integer({ min: 1, max: 20_000 }),
});
const curves: fc.Arbitrary<RateCurve> = fc.record({
  stretches: fc.array(stretch, { minLength: 1, maxLength: 5 }),
  repeats: fc.boolean(),
}).filter(({ stretches }) => stretches.some((each) => each.fromPerSecond + each.toPerSecond > 0));

Deno.test("property: timeOfArrivals is the inverse of arrivalsUntil, and never goes back", () => {
  fc.assert(fc.property(curves, fc.array(fc.double({ min: 0, max: 3, noNaN: true })), (curve, steps) => {
    const timeOf = timeOfArrivals(curve);
    let arrivals = 0;
    let last = 0;
    for (const step of steps) {
      arrivals += step;
      const t = timeOf(arrivals);
      assert(t >= last, `${arrivals} arrivals at ${t}, after ${last}`);
      last = t;
      if (t === Infinity) break;
      const back = arrivalsUntil(curve, t);
      assert(
        Math.abs(back - arrivals) <= 1e-6 * (1 + arrivals),
        `${arrivals} arrivals at ${t}: back ${back}`,
      );
    }
  }));
});

Deno.test("arrivalsUntil integrates a ramp exactly", () => {
  const ramp = { stretches: [{ fromPerSecond: 0, toPerSecond: 1000, durationMs: 10_000 }] };
  assertEquals(arrivalsUntil(ramp, 5000), 1250);
  assertEquals(arrivalsUntil(ramp, 10_000), 5000);
  assertEquals(arrivalsUntil(ramp, 99_000), 5000);
  const timeOf = timeOfArrivals(ramp);
  assertEquals([timeOf(0), timeOf(1250), timeOf(5000)], [0, 5000, Infinity]);
});

Deno.test("timeOfArrivals passes over stretches at which nothing arrives", () => {
  const pause = [
    { fromPerSecond: 10, toPerSecond: 10, durationMs: 1000 },
    { fromPerSecond: 0, toPerSecond: 0, durationMs: 500 },
  ];
  const timeOf = timeOfArrivals({ stretches: pause, repeats: true });
  assertEquals([timeOf(9), timeOf(10), timeOf(11), timeOf(20)], [900, 1500, 1600, 3000]);
});

Deno.test("checkRateCurve refuses what cannot be kept", () => {
  const refused = (curve: RateCurve, words: string) =>
    assertThrows(() => checkRateCurve(curve), RangeError, words);
  refused({ stretches: [] }, "a rate must be above 0");
  refused({ stretches: [{ fromPerSecond: -1, toPerSecond: 1, durationMs: 1 }] }, "current value is -1");
  refused({ stretches: [{ fromPerSecond: 1, toPerSecond: 1, durationMs: 0 }] }, "current value is 0");
  refused({ stretches: [{ fromPerSecond: 1, toPerSecond: 2 }] }, "durationMs of stretch 0 must be given");
  refused({ stretches: [{ fromPerSecond: 0, toPerSecond: 0, durationMs: 5 }] }, "a rate must be above 0");
});
