import { assert, assertEquals } from "@std/assert";
import { randomStream } from "../../model/random.ts";
import { LatencyHistogram } from "./histogram.ts";
import { confidenceRanks, nearestRank, quantileOf } from "./quantile.ts";

function histogramOf(count: number, us: (index: number) => number): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (let index = 0; index < count; index++) histogram.add(us(index));
  return histogram;
}

Deno.test("quantileOf shows a quantile with ten values beyond it, and none with nine", () => {
  for (
    const [percent, least] of [[50, 20], [90, 100], [99, 1000], [99.9, 10_000], [99.99, 100_000]] as const
  ) {
    const enough = quantileOf(histogramOf(least, (index) => index % 1000), percent);
    assert(enough !== undefined, `p${percent} of ${least}`);
    assertEquals(
      quantileOf(histogramOf(least - 1, (index) => index % 1000), percent),
      undefined,
      `p${percent}`,
    );
  }
  assertEquals(quantileOf(new LatencyHistogram(), 50), undefined);
});

Deno.test("quantileOf is the value at the nearest rank, inside its interval", () => {
  const histogram = histogramOf(1000, (index) => index + 1);
  assertEquals(quantileOf(histogram, 50)?.us, 500);
  assertEquals(quantileOf(histogram, 99)?.us, 990);
  const { us, lowUs, highUs } = quantileOf(histogram, 90) ?? { us: NaN, lowUs: NaN, highUs: NaN };
  assert(lowUs < us && us < highUs && us === 900, `${lowUs} < ${us} < ${highUs}`);
});

Deno.test("nearestRank of a whole product is that number for every hundredth of a percent", () => {
  for (let hundredths = 1; hundredths < 10_000; hundredths++) {
    assertEquals(nearestRank(10_000, hundredths / 100), hundredths);
  }
});

Deno.test("confidenceRanks are those of the binomial tables", () => {
  // Exact tails: P(X <= 1) = 0.0107 and P(X <= 2) = 0.0547 of 10 halves; P(X <= 5) = 0.0207, P(X <= 6) = 0.0577 of 20.
  assertEquals(confidenceRanks(10, 0.5), { low: 2, high: 9 });
  assertEquals(confidenceRanks(20, 0.5), { low: 6, high: 15 });
});

Deno.test("confidenceRanks say when so few values bound nothing", () => {
  assertEquals(confidenceRanks(5, 0.5), { low: 0, high: 6 });
  assertEquals(confidenceRanks(0, 0.5), { low: 0, high: 1 });
});

Deno.test("confidenceRanks approach the normal ones for very many values", () => {
  const [count, share] = [1e8, 0.999];
  const width = 1.959964 * Math.sqrt(count * share * (1 - share));
  const { low, high } = confidenceRanks(count, share);
  assert(Math.abs(low - (count * share - width)) < 3, `${low}`);
  assert(Math.abs(high - (count * share + width)) < 3, `${high}`);
});

for (const [percent, count] of [[50, 40], [90, 300], [99, 2000]] as const) {
  Deno.test(`quantileOf covers the true p${percent} of ${count} exponential values as often as it says`, () => {
    const random = randomStream(3, "quantile", percent);
    const truthUs = -Math.log(1 - percent / 100) * 100_000;
    const rounds = 1000;
    let below = 0;
    let above = 0;
    for (let round = 0; round < rounds; round++) {
      const found = quantileOf(histogramOf(count, () => -Math.log(1 - random()) * 100_000), percent);
      if (found === undefined) throw new Error("expected enough values");
      if (found.highUs < truthUs) below++;
      if (found.lowUs > truthUs) above++;
    }
    // At most 2.5 % on either side: 25 of 1000, 45 is four standard deviations beyond that. An interval that is half as
    // wide would miss 160 times on each side; one that is twice as wide, hardly ever.
    assert(below <= 45 && above <= 45, `${below} too low, ${above} too high of ${rounds}`);
    assert(below + above >= 10, `${below + above} of ${rounds} missed: the interval is too wide`);
  });
}
