import { type Generator, GHZ, H2LOAD, MESHPROOF, runGenerator } from "../generators.ts";
import { ownWord } from "../peer_reports.ts";
import type { Contender, Row } from "../row.ts";

/** ghz takes ten times as long a call, and its figure is a quotient. */
const SHARE_FOR_GHZ = 0.1;
const IN_FLIGHT = 100;

function contender(generator: Generator, share: number): Contender {
  return {
    name: generator.name,
    ...generator.tool === undefined ? {} : { tool: generator.tool },
    measure: async (place, effort) => {
      const calls = Math.ceil(effort.calls * share);
      const { report, usage } = await runGenerator(generator, place, {
        kind: "closed",
        inFlight: IN_FLIGHT,
        calls,
      });
      return {
        callsPerCpuSecond: calls / usage.cpuSeconds,
        callsPerSecond: report.callsPerSecond,
        ...ownWord(report),
      };
    },
  };
}

const FIGURE = {
  name: "unary calls per CPU-second of the client",
  unit: "calls/s",
  subject: MESHPROOF.name,
  figure: "callsPerCpuSecond",
} as const;

/** How many calls the client's own CPU is enough for, as fast as it can. */
export const unaryCalls: Row = {
  id: "unary-calls",
  remark:
    "One connection, 100 in flight, 5 bytes of text, a Go gRPC server; whole processes from start to end. " +
    "meshproof load keeps four clocks and a column file of every request.",
  tools: ["bench-driver", "grpc-echo-server"],
  contenders: [contender(MESHPROOF, 1), contender(H2LOAD, 1), contender(GHZ, SHARE_FOR_GHZ)],
  comparisons: [
    { ...FIGURE, peer: H2LOAD.name, demand: { direction: "at least", bound: 1 } },
    { ...FIGURE, peer: GHZ.name, demand: { direction: "at least", bound: 10 } },
  ],
};
