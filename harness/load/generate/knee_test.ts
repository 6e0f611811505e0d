import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { findKnee, type KneeOptions } from "./knee.ts";
import { type Objective, parseObjective, type Trial } from "./objective.ts";

const OBJECTIVE: Objective = { percent: 99, belowMs: 20 };

/**
 * An M/M/1 queue by formula: response time is exponential at service rate minus arrival rate. An overload costs it a share
 * of its capacity until the rate has been below 0.7 of it.
 */
function queue(capacity: number, options: { generatorLimit?: number; costOfOverload?: number } = {}) {
  const { generatorLimit = Infinity, costOfOverload = 0 } = options;
  let isHurt = false;
  return (perSecond: number): Promise<Trial> => {
    const free = capacity * (isHurt ? 1 - costOfOverload : 1) - perSecond;
    if (free <= 0) isHurt = true;
    if (perSecond < 0.7 * capacity) isHurt = false;
    const quantileMs = free <= 0 ? Infinity : -Math.log(1 - OBJECTIVE.percent / 100) / free * 1000;
    const isLimited = perSecond > generatorLimit;
    return Promise.resolve({
      perSecond,
      holds: isLimited ? undefined : quantileMs < OBJECTIVE.belowMs,
      quantileMs,
      failedShare: 0,
      reasons: isLimited ? ["the generator is late"] : [],
    });
  };
}
const kneeOf = (capacity: number) => capacity + Math.log(0.01) / OBJECTIVE.belowMs * 1000;
const OPTIONS: KneeOptions = { fromPerSecond: 100 };

Deno.test("property: findKnee finds the knee of a queue within its resolution", async () => {
  const capacities = fc.integer({ min: 1000, max: 200_000 });
  const resolutions = fc.constantFrom(0.01, 0.05, 0.2);
  await fc.assert(fc.asyncProperty(capacities, resolutions, async (capacity, resolution) => {
    const { perSecond = NaN, limit } = await findKnee(queue(capacity), { ...OPTIONS, resolution });
    const theory = kneeOf(capacity);
    assert(perSecond <= theory && perSecond * (1 + resolution) >= theory, `${perSecond} against ${theory}`);
    assertEquals(limit, "broken");
  }));
});

Deno.test("findKnee tells what an overload costs beyond its end", async () => {
  const healthy = await findKnee(queue(5000), OPTIONS);
  assertEquals([healthy.hysteresis, healthy.downPerSecond], [0, healthy.perSecond]);
  const hurt = await findKnee(queue(5000, { costOfOverload: 0.25 }), OPTIONS);
  const { perSecond = NaN, downPerSecond = NaN } = hurt;
  // The overload of the way up does not spoil the knee itself.
  assert(perSecond * 1.05 >= kneeOf(5000), `knee ${perSecond}`);
  assert(downPerSecond <= kneeOf(3750) && downPerSecond >= 0.6 * perSecond, `down ${downPerSecond}`);
  assertEquals(Math.round((hurt.hysteresis ?? NaN) * 10), 3);
});

Deno.test("findKnee says when the generator was the limit, after it has tried again", async () => {
  const { perSecond = NaN, limit, trials } = await findKnee(queue(1e6, { generatorLimit: 3000 }), OPTIONS);
  assertEquals(limit, "generator");
  assert(perSecond <= 3000 && perSecond >= 3000 / 1.05);
  assertEquals(trials.filter((trial) => trial.perSecond === 3200).length, 3);
});

Deno.test("findKnee says when the objective is never kept, and when it is at all rates", async () => {
  const never = await findKnee(queue(150), OPTIONS);
  assertEquals([never.perSecond, never.limit, never.trials.length], [undefined, "broken", 1]);
  const always = await findKnee(queue(1e7), { ...OPTIONS, toPerSecond: 1000 });
  assertEquals([always.perSecond, always.limit, always.hysteresis], [800, "bound", undefined]);
});

Deno.test("findKnee stops at its signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => findKnee(queue(5000), { ...OPTIONS, signal }), Error, "enough");
});

Deno.test("parseObjective reads a quantile below a duration, and nothing else", async () => {
  assertEquals(parseObjective("p99<20ms"), OBJECTIVE);
  assertEquals(parseObjective(" p99.9 < 1.5s "), { percent: 99.9, belowMs: 1500 });
  for (const text of ["", "p100<1s", "p0<1s", "p99<", "p99>1s", "p99<0", "99<1s"]) {
    await assertRejects(() => Promise.try(() => parseObjective(text)), SyntaxError, "such as p99<20ms");
  }
});
