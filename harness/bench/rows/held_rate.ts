import { planLag, SETTLING_SECONDS } from "../arrivals.ts";
import { type Generator, GHZ, MESHPROOF, runGenerator, UnansweredError } from "../generators.ts";
import { type HeldRateSearch, largestHeldRate } from "../held_rate.ts";
import type { Contender, Row } from "../row.ts";

/** A rate is held when 99 % of its requests arrive at most so late, and as many a second as were planned. */
const LAG_LIMIT_MS = 10;
const LEAST_ACHIEVED = 0.99;
/** Each try is short, since there are many. */
const TRY_SHARE = 0.4;

function contender(generator: Generator, startPerSecond: number): Contender {
  return {
    name: generator.name,
    ...generator.tool === undefined ? {} : { tool: generator.tool },
    measure: async (place, { seconds, isQuick }) => {
      const search: HeldRateSearch = isQuick
        ? { startPerSecond, growth: 2, halvings: 0, mostPerSecond: 4 * startPerSecond }
        : { startPerSecond, growth: 1.5, halvings: 2, mostPerSecond: 1_000_000 };
      const heldRate = await largestHeldRate(search, async (ratePerSecond) => {
        const calls = Math.ceil(ratePerSecond * (SETTLING_SECONDS + seconds * TRY_SHARE));
        try {
          const run = await runGenerator(generator, place, { kind: "constant", ratePerSecond, calls });
          const lag = planLag(run.arrivalsMs, ratePerSecond);
          return lag.p99Ms <= LAG_LIMIT_MS && lag.achievedShare >= LEAST_ACHIEVED;
        } catch (error) {
          // What it sheds, or waits for in vain, it does not hold.
          if (error instanceof UnansweredError) return false;
          throw error;
        }
      });
      return { heldRate };
    },
  };
}

/** Up to which rate a plan is kept to. */
export const heldRate: Row = {
  id: "held-rate",
  remark:
    "The largest constant rate of which 99 % of the requests arrive at most 10 ms behind the plan, and at " +
    "least 99 % of it a second; searched by factors of 1.5, then twice halved; the first second does not count. ghz with --async.",
  tools: ["bench-driver", "grpc-echo-server"],
  contenders: [contender(MESHPROOF, 12_000), contender(GHZ, 4_000)],
  comparisons: [{
    name: "the largest rate held with its lag valid",
    unit: "calls/s",
    subject: MESHPROOF.name,
    peer: GHZ.name,
    figure: "heldRate",
    demand: { direction: "at least", bound: 3 },
  }],
  roundsAtMost: 5,
};
