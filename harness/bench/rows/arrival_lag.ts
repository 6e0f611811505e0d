import { planLag, SETTLING_SECONDS } from "../arrivals.ts";
import type { Effort } from "../effort.ts";
import { AUTOCANNON, type Generator, GHZ, MESHPROOF, runGenerator } from "../generators.ts";
import type { Place } from "../place.ts";
import { ownWord } from "../peer_reports.ts";
import type { Contender, Row } from "../row.ts";

const IN_FLIGHT = 100;
/** Of ghz's own maximum. */
const SHARE = 0.5;
const CALLS_FOR_MAXIMUM = 0.05;
/** Longer than other measurements: what it costs to start is no part of the question. */
const DURATION_FACTOR = 2.5;

function contender(generator: Generator): Contender {
  return {
    name: generator.name,
    ...generator.tool === undefined ? {} : { tool: generator.tool },
    measure: async (place, { ratePerSecond, seconds }) => {
      const calls = Math.ceil(ratePerSecond * (SETTLING_SECONDS + seconds * DURATION_FACTOR));
      const run = await runGenerator(generator, place, { kind: "constant", ratePerSecond, calls });
      const lag = planLag(run.arrivalsMs, ratePerSecond);
      return {
        lagP99Ms: lag.p99Ms,
        lagP50Ms: lag.p50Ms,
        cpuSeconds: run.usage.cpuSeconds,
        achievedShare: lag.achievedShare,
        ...ownWord(run.report),
      };
    },
  };
}

/** Half of what ghz does at most on this machine, now. */
async function atHalfOfGhz(place: Place, effort: Effort): Promise<Effort> {
  const calls = Math.ceil(effort.calls * CALLS_FOR_MAXIMUM);
  const { report } = await runGenerator(GHZ, place, { kind: "closed", inFlight: IN_FLIGHT, calls });
  return { ...effort, ratePerSecond: Math.round(report.callsPerSecond * SHARE) };
}

const LAG = {
  name: "lag of arrivals behind the plan, p99",
  unit: "ms",
  subject: MESHPROOF.name,
  figure: "lagP99Ms",
  demand: { direction: "at most", bound: 1 / 4 },
} as const;

/** How far behind a constant plan requests arrive, and what keeping to it costs. */
export const arrivalLag: Row = {
  id: "arrival-lag",
  remark:
    "At half of ghz's own maximum, as the servers note arrivals: the i-th is due i / rate after the beginning, " +
    "which is laid so that none is early; the first second does not count for anyone. ghz with --async; autocannon over HTTP/1.1, on Deno.",
  tools: ["bench-driver", "grpc-echo-server", "ghz"],
  contenders: [contender(MESHPROOF), contender(GHZ), contender(AUTOCANNON)],
  comparisons: [
    { ...LAG, peer: GHZ.name },
    { ...LAG, peer: AUTOCANNON.name },
    {
      name: "CPU seconds of the generator for the same calls",
      unit: "s",
      subject: MESHPROOF.name,
      peer: GHZ.name,
      figure: "cpuSeconds",
      demand: { direction: "at most", bound: 1 / 3 },
    },
  ],
  prepare: atHalfOfGhz,
};
