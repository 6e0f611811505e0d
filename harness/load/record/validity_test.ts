import { assert, assertEquals } from "@std/assert";
import { isLimiting, judgeValidity, type Measured } from "./validity.ts";

/** Everything as it should be. */
const GOOD: Measured = {
  samples: 10_000,
  shedShare: 0,
  cancelledShare: 0,
  lagUs: 900,
  figureUs: 20_000,
  achievedShare: 1,
  eventLoopDelayMs: 1,
  stolenShare: 0,
};

const BREACHES: readonly (readonly [Partial<Measured>, Partial<Measured>, string])[] = [
  [{ samples: 20 }, { samples: 19 }, "19 samples, at least 20 are needed"],
  [{ shedShare: 0 }, { shedShare: 0.0005 }, "0.05 % of the attempts were shed"],
  [
    { cancelledShare: 0.01 },
    { cancelledShare: 0.02 },
    "2.00 % of the attempts were cancelled, at most 1.00 %",
  ],
  [{ lagUs: 5000 }, { lagUs: 5001 }, "the generator sent 5.00 ms late at p99, beside a figure of 20.00 ms"],
  [{ achievedShare: 0.98 }, { achievedShare: 0.9 }, "90.0 % of the planned rate was sent, at least 98.0 %"],
  [
    { eventLoopDelayMs: 5 },
    { eventLoopDelayMs: 6 },
    "the event loop was 6.00 ms late at p99, at most 5.00 ms",
  ],
  [{ stolenShare: 0.02 }, { stolenShare: 0.03 }, "the host stole 3.00 % of the CPU, at most 2.00 %"],
];

Deno.test("judgeValidity has nothing against a run that is as it should be", () => {
  assertEquals(judgeValidity(GOOD), { valid: true, reasons: [] });
});

for (const [bearable, breach, reason] of BREACHES) {
  const [name = ""] = Object.keys(breach);
  Deno.test(`judgeValidity bears ${name} up to its limit and says what is beyond`, () => {
    assertEquals(judgeValidity({ ...GOOD, ...bearable }), { valid: true, reasons: [] });
    const { valid, reasons } = judgeValidity({ ...GOOD, ...breach });
    assertEquals([valid, reasons.length], [false, 1]);
    assert(reasons[0]?.startsWith(reason), reasons[0]);
  });
}

Deno.test("judgeValidity tells all breaches, not the first", () => {
  const all = Object.assign({}, GOOD, ...BREACHES.map(([, breach]) => breach));
  assertEquals(judgeValidity(all).reasons.length, BREACHES.length);
});

Deno.test("judgeValidity bears a steal and a figure that nobody knows", () => {
  assertEquals(judgeValidity({ ...GOOD, stolenShare: undefined }).valid, true);
  // Without any figure, the floors are what is left to hold lag against.
  const nothing = { ...GOOD, figureUs: undefined };
  assertEquals(judgeValidity({ ...nothing, lagUs: 400 }).valid, true);
  assertEquals(judgeValidity({ ...nothing, lagUs: 600 }).valid, false);
});

Deno.test("isLimiting does not mind the pacer's own slice, however small the figure", () => {
  assertEquals(isLimiting(500, 600), false);
  assertEquals(isLimiting(501, 600), true);
  assertEquals(isLimiting(501, 10_000), false);
});
