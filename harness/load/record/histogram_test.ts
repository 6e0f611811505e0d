import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "hdr-histogram-js";
import { randomStream } from "../../model/random.ts";
import { HIGHEST_US, LatencyHistogram } from "./histogram.ts";
import { nearestRank } from "./quantile.ts";

Deno.test("LatencyHistogram tells the same values as HdrHistogram", () => {
  const ours = new LatencyHistogram();
  const theirs = build({
    bitBucketSize: 64,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });
  const random = randomStream(1, "histogram");
  for (let index = 0; index < 20_000; index++) {
    const us = Math.round(Math.exp(random() * Math.log(HIGHEST_US)));
    ours.add(us);
    theirs.recordValue(us);
  }
  for (const percent of [0.01, 1, 10, 50, 75, 90, 99, 99.9, 99.99]) {
    const value = ours.valueAtRank(nearestRank(20_000, percent));
    assertEquals(value, theirs.getValueAtPercentile(percent), `p${percent}`);
  }
  assertAlmostEquals(ours.meanUs, theirs.mean, theirs.mean / 1000);
});

Deno.test("LatencyHistogram keeps three digits at every border of its slots", () => {
  for (const us of [0, 1, 2047, 2048, 2049, 4095, 4096, 2 ** 31 - 1, 2 ** 31, HIGHEST_US - 1, HIGHEST_US]) {
    const histogram = new LatencyHistogram();
    histogram.add(us);
    // A larger one, so that the largest value does not cut the slot short.
    histogram.add(HIGHEST_US);
    const value = histogram.valueAtRank(1);
    assertEquals(value >= us && value - us <= us / 1000, true, `${us} is told as ${value}`);
    const [slot] = histogram.slots();
    assertEquals(slot !== undefined && slot.lowUs <= us && us <= slot.highUs, true, `${us} lies in its slot`);
  }
});

Deno.test("LatencyHistogram rounds to microseconds and clamps what is below 0 or above an hour", () => {
  const histogram = new LatencyHistogram();
  for (const us of [-5, 0.4, 0.6, 2 * HIGHEST_US]) histogram.add(us);
  assertEquals([...histogram.slots()].map(({ lowUs, count }) => [lowUs, count]).slice(0, 2), [[0, 2], [
    1,
    1,
  ]]);
  assertEquals([histogram.minUs, histogram.maxUs, histogram.count], [0, HIGHEST_US, 4]);
});

Deno.test("LatencyHistogram of two others is that of all their values; reset leaves nothing", () => {
  const [all, left, right] = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
  for (let us = 1; us < 1e6; us = us * 1.07 + 1) {
    all.add(us);
    (Math.floor(us) % 2 === 0 ? left : right).add(us);
  }
  left.addAll(right);
  left.addAll(new LatencyHistogram());
  assertEquals([...left.slots()], [...all.slots()]);
  assertEquals([left.count, left.minUs, left.maxUs], [all.count, all.minUs, all.maxUs]);
  assertAlmostEquals(left.meanUs, all.meanUs, 1e-6);
  left.reset();
  assertEquals([...left.slots()], []);
  assertEquals([left.count, left.minUs, left.maxUs, left.meanUs], [0, 0, 0, 0]);
  assertEquals(left.counts.every((count) => count === 0), true);
});

Deno.test("valueAtRank refuses a place that is none", () => {
  const histogram = new LatencyHistogram();
  histogram.add(5);
  assertEquals(histogram.valueAtRank(1), 5);
  assertThrows(() => histogram.valueAtRank(0), RangeError, "rank must be from 1 to 1: current value is 0");
  assertThrows(() => histogram.valueAtRank(2), RangeError, "current value is 2");
});
