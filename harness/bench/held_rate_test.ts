import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { largestHeldRate } from "./held_rate.ts";

const SEARCH = { startPerSecond: 1_000, growth: 1.4, halvings: 3, mostPerSecond: 1_000_000 };

Deno.test("property: largestHeldRate finds what a generator holds, from below and to a few per cent", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 200, max: 500_000 }), async (truth) => {
      const tried: number[] = [];
      const found = await largestHeldRate(SEARCH, (rate) => {
        tried.push(rate);
        return Promise.resolve(rate <= truth);
      });
      assert(found <= truth && tried.includes(found), `${found} of ${truth}`);
      // A gap of 1.4, halved three times.
      assertLessOrEqual(truth / found, 1.4 ** (1 / 8) * 1.01);
    }),
    { seed: 3 },
  );
});

Deno.test("largestHeldRate stops at the largest rate that may be tried", async () => {
  const found = await largestHeldRate({ ...SEARCH, mostPerSecond: 2_000 }, () => Promise.resolve(true));
  assertEquals(found, 1_960);
});

Deno.test("largestHeldRate is nothing for a generator that holds no rate, and does not search for ever", async () => {
  let tries = 0;
  const found = await largestHeldRate(SEARCH, () => Promise.resolve(++tries < 0));
  assertEquals(found, 0);
  assertLessOrEqual(tries, 10);
});
