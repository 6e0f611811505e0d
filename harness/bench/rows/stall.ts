import { pause } from "../../model/pause.ts";
import { firstArrivals } from "../arrivals.ts";
import { AUTOCANNON, type Disturbance, type Generator, GHZ, MESHPROOF, runGenerator } from "../generators.ts";
import { ownWord } from "../peer_reports.ts";
import type { Contender, Row } from "../row.ts";

const STALL_MS = 1_400;
const RATE_PER_SECOND = 1_000;
/** Twice and a half of the duration of other measurements: the stall is then about a seventh of the run. */
const DURATION_FACTOR = 2.5;

/**
 * Of the requests that are due at a constant rate while the server stands still for S, one that is due x into it is
 * answered S - x after it was due, and 1 % of all that are due in a run of T are due in the first T / 100 of it.
 *
 * @returns The p99 of response times in ms, as long as the stall is more than 1 % of the run.
 */
export function theoreticalP99Ms(stallMs: number, durationMs: number): number {
  return stallMs - durationMs / 100;
}

/** Stops the server by a signal once requests arrive, a quarter into the run; `told` is given how long it stood still. */
function stall(durationMs: number, told: (stallMs: number) => void): Disturbance {
  return async (server, arrivals, signal) => {
    await firstArrivals(arrivals, signal);
    await pause(durationMs / 4, signal);
    if (signal.aborted) return;
    const begin = performance.now();
    await server.process.pause();
    // The load may not end before the server goes on; so it does in any case.
    await pause(STALL_MS - (performance.now() - begin));
    told(performance.now() - begin);
    await server.process.resume();
  };
}

function contender(generator: Generator): Contender {
  return {
    name: generator.name,
    ...generator.tool === undefined ? {} : { tool: generator.tool },
    measure: async (place, { seconds }) => {
      const durationMs = seconds * DURATION_FACTOR * 1_000;
      const calls = Math.ceil(RATE_PER_SECOND * durationMs / 1_000);
      let stallMs: number | undefined;
      const { report } = await runGenerator(
        generator,
        place,
        { kind: "constant", ratePerSecond: RATE_PER_SECOND, calls, isPatient: true },
        stall(durationMs, (value) => stallMs = value),
      );
      if (stallMs === undefined) {
        throw new Error(
          "Cannot compare with theory as the server must stand still in mid-run: the load ended before",
        );
      }
      if (report.p99Ms === undefined) {
        throw new Error(`Cannot compare with theory as ${generator.name} must tell a p99: it told none`);
      }
      return { p99Ms: report.p99Ms, theoryMs: theoreticalP99Ms(stallMs, durationMs), ...ownWord(report) };
    },
  };
}

function againstTheory(generator: Generator) {
  return {
    name: "the 1.4 s stall: p99 against theory",
    unit: "ms",
    subject: generator.name,
    peer: "theory",
    figure: "p99Ms",
    peerFigure: "theoryMs",
    peerIsOwnFigure: true,
  } as const;
}

/** Whether a server that stands still for 1.4 s shows in the p99 as it must. */
export const stallRow: Row = {
  id: "stall",
  remark:
    "1000 requests/s; the server is stopped by SIGSTOP for 1.4 s. ghz as it comes (50 workers that wait for their " +
    "answers), autocannon with its own correction.",
  tools: ["bench-driver", "grpc-echo-server"],
  contenders: [contender(MESHPROOF), contender(GHZ), contender(AUTOCANNON)],
  comparisons: [
    { ...againstTheory(MESHPROOF), demand: { direction: "within", bound: 0.01 } },
    { ...againstTheory(GHZ), demand: { direction: "none" } },
    { ...againstTheory(AUTOCANNON), demand: { direction: "none" } },
  ],
  roundsAtMost: 5,
};
