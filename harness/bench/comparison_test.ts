import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { randomStream } from "../model/random.ts";
import { compare, type Demand } from "./comparison.ts";

const AT_LEAST: Demand = { direction: "at least", bound: 2 };

function pairs(...ratios: number[]) {
  return ratios.map((ratio) => ({ subject: ratio * 10, peer: 10 }));
}

Deno.test("compare judges by the median ratio, and says whether the whole interval agrees", () => {
  const clear = compare({ name: "x", demand: AT_LEAST }, pairs(2.1, 2.2, 2.3, 2.4, 2.5, 2.6));
  assertEquals([clear.holds, clear.isCertain, clear.low, clear.high], [true, true, 2.1, 2.6]);
  const lucky = compare({ name: "x", demand: AT_LEAST }, pairs(1.5, 2.2, 2.3, 2.4, 2.5, 2.6));
  assertEquals([lucky.holds, lucky.isCertain], [true, false]);
  const missed = compare({ name: "x", demand: AT_LEAST }, pairs(1.5, 1.6, 1.7, 1.8, 1.9, 2.6));
  assertEquals([missed.holds, missed.isCertain], [false, false]);
});

Deno.test("compare of a single round is never certain", () => {
  const once = compare({ name: "x", demand: AT_LEAST }, pairs(4));
  assertEquals([once.holds, once.isCertain, once.confidence, once.floor], [true, false, 0, undefined]);
});

Deno.test("compare keeps to each kind of demand", () => {
  const holds = (demand: Demand, ratio: number) => compare({ name: "x", demand }, pairs(ratio)).holds;
  assertEquals(holds({ direction: "at least", bound: 1 }, 1), true);
  assertEquals(holds({ direction: "at most", bound: 0.25 }, 0.26), false);
  assertEquals(holds({ direction: "at most", bound: 0.25 }, 0.25), true);
  assertEquals(holds({ direction: "within", bound: 0.01 }, 0.991), true);
  assertEquals(holds({ direction: "within", bound: 0.01 }, 1.011), false);
  assertEquals(holds({ direction: "none" }, 7), null);
});

Deno.test("compare refuses values that have no ratio", () => {
  for (const subject of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => compare({ name: "calls", demand: AT_LEAST }, [{ subject, peer: 1 }]),
      RangeError,
      'Cannot compare "calls"',
    );
  }
  assertThrows(() => compare({ name: "calls", demand: AT_LEAST }, []), RangeError);
});

Deno.test("property: compare does not see what strikes both sides of a round alike", () => {
  const ratios = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(ratios, fc.integer(), (all, seed) => {
      const random = randomStream(seed, "weather");
      const plain = compare({ name: "x", demand: AT_LEAST }, pairs(...all));
      const weathered = compare(
        { name: "x", demand: AT_LEAST },
        pairs(...all).map(({ subject, peer }) => {
          const weather = 0.2 + random();
          return { subject: subject * weather, peer: peer * weather };
        }),
      );
      assertAlmostEquals(weathered.ratio, plain.ratio, 1e-9 * plain.ratio);
      assertAlmostEquals(weathered.low, plain.low, 1e-9 * plain.low);
      assertAlmostEquals(weathered.high, plain.high, 1e-9 * plain.high);
    }),
    { seed: 2 },
  );
});
