import type { Effort } from "../effort.ts";
import { AUTOCANNON, type Generator, GHZ, MESHPROOF, runGenerator } from "../generators.ts";
import type { Contender, Row } from "../row.ts";

const IN_FLIGHT = 100;
const MEBIBYTE = 2 ** 20;

function contender(generator: Generator, callsOf: (effort: Effort) => number): Contender {
  return {
    name: generator.name,
    ...generator.tool === undefined ? {} : { tool: generator.tool },
    measure: async (place, effort) => {
      const calls = callsOf(effort);
      const { usage } = await runGenerator(generator, place, {
        kind: "closed",
        inFlight: IN_FLIGHT,
        calls,
      });
      return { peakMebibytes: usage.peakBytes / MEBIBYTE, calls };
    },
  };
}

const FIGURE = {
  name: "memory after 10 million requests",
  unit: "MiB",
  subject: MESHPROOF.name,
  figure: "peakMebibytes",
  demand: { direction: "at most", bound: 1 / 2 },
} as const;

/** What a long run costs in memory. */
export const memory: Row = {
  id: "memory",
  remark:
    "Largest resident set of the process, 100 in flight. The peers make 2 million requests, to their favour, " +
    "since memory only grows (ghz 0.93 keeps its first million samples); with --quick all make fewer by far.",
  tools: ["bench-driver", "grpc-echo-server"],
  contenders: [
    contender(MESHPROOF, ({ memoryCalls }) => memoryCalls),
    contender(GHZ, ({ memoryCallsOfPeers }) => memoryCallsOfPeers),
    contender(AUTOCANNON, ({ memoryCallsOfPeers }) => memoryCallsOfPeers),
  ],
  comparisons: [
    { ...FIGURE, peer: GHZ.name },
    { ...FIGURE, peer: AUTOCANNON.name },
  ],
  roundsAtMost: 1,
};
