import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { randomStream } from "./random.ts";

const take = (count: number, ...keys: Parameters<typeof randomStream>) => {
  const random = randomStream(...keys);
  return Array.from({ length: count }, () => random());
};

Deno.test("randomStream gives the same numbers for the same keys, whatever other streams do", () => {
  const first = randomStream(7, "fault", 1);
  const other = randomStream(7, "fault", 2);
  const mixed = Array.from({ length: 20 }, () => (other(), first()));
  assertEquals(mixed, take(20, 7, "fault", 1));
});

Deno.test("randomStream keeps keys apart that would join to the same text", () => {
  assert(take(1, 1, "ab", "c")[0] !== take(1, 1, "a", "bc")[0]);
  assert(take(1, 1, "a")[0] !== take(1, 2, "a")[0]);
});

Deno.test("randomStream is uniform over [0, 1)", () => {
  const counts = new Array<number>(10).fill(0);
  for (const value of take(100_000, 42, "uniform")) {
    const bin = Math.floor(value * 10);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // Each bin holds 10000 with a standard deviation of 95.
  for (const count of counts) assert(Math.abs(count - 10_000) < 500, `bins ${counts}`);
});

Deno.test("property: randomStream stays in [0, 1) for any seed and keys", () => {
  fc.assert(fc.property(fc.integer(), fc.string(), (seed, key) => {
    assert(take(20, seed, key).every((value) => value >= 0 && value < 1));
  }));
});
