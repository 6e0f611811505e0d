import { assert, assertEquals } from "@std/assert";
import { randomStream } from "../../../model/random.ts";
import { type Distribution, jitterStream } from "./jitter.ts";

const COUNT = 50_000;

function values(distribution: Distribution, correlation: number, seed = 1): readonly number[] {
  const next = jitterStream(randomStream(seed, distribution), distribution, correlation);
  return Array.from({ length: COUNT }, next);
}

const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / all.length;

/** Correlation of the signs about the median, which is the same for every distribution: (2 / pi) asin(rho). */
function signCorrelation(all: readonly number[]): number {
  const median = all.toSorted((a, b) => a - b)[COUNT / 2] ?? NaN;
  return mean(all.slice(1).map((each, index) => Math.sign((each - median) * ((all[index] ?? 0) - median))));
}

function near(found: number, expected: number, within: number, what: string): void {
  assert(
    Math.abs(found - expected) <= within,
    `${what}: expected ${expected} within ${within}, found ${found}`,
  );
}

for (const correlation of [0, 0.7]) {
  // A correlated sample is worth less than its count: the bounds are five times its standard error.
  const slack = correlation === 0 ? 1 : 2.5;
  Deno.test(`jitterStream has the distributions that it says, correlation ${correlation}`, () => {
    const uniform = values("uniform", correlation);
    assert(uniform.every((each) => each >= -1 && each <= 1));
    near(mean(uniform), 0, 0.015 * slack, "uniform mean");
    near(mean(uniform.map((each) => each ** 2)), 1 / 3, 0.01 * slack, "uniform variance");
    const normal = values("normal", correlation);
    near(mean(normal), 0, 0.025 * slack, "normal mean");
    near(mean(normal.map((each) => each ** 2)), 1, 0.035 * slack, "normal variance");
    const pareto = values("pareto", correlation).toSorted((a, b) => a - b);
    assert((pareto[0] ?? -1) >= 0);
    // Lomax with index 3 and scale 2: quantile 2 ((1 - p)^(-1/3) - 1).
    for (const p of [0.5, 0.9, 0.99]) {
      const expected = 2 * ((1 - p) ** (-1 / 3) - 1);
      near(pareto[Math.floor(p * COUNT)] ?? NaN, expected, 0.08 * slack * expected, `pareto quantile ${p}`);
    }
    for (const distribution of ["uniform", "normal", "pareto"] as const) {
      const expected = 2 / Math.PI * Math.asin(correlation);
      near(signCorrelation(values(distribution, correlation)), expected, 0.025 * slack, distribution);
    }
  });
}

Deno.test("jitterStream gives the same values for the same stream", () => {
  assertEquals(values("normal", 0.5).slice(0, 9), values("normal", 0.5).slice(0, 9));
  assert(values("normal", 0.5, 2)[0] !== values("normal", 0.5)[0]);
});
