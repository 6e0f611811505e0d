/** Measures the meter: loads on a server whose response times are known before they are measured. */
import { pause } from "../../model/pause.ts";
import { grpcHead } from "../client/grpc_head.ts";
import { frameMessage } from "../../wire/grpc_frame.ts";
import type { RatePlan } from "../plan/arrival_plan.ts";
import { quantileOf } from "../record/quantile.ts";
import { exponentialDelays, exponentialQuantile, stalledQuantile } from "./known_times.ts";
import type { RequestOf } from "./pace.ts";
import { startKnownServer } from "./known_server.ts";
import { type LoadResult, runLoad } from "./run_load.ts";

/** How long and how hard; the defaults are the command's. */
export interface SelfTestOptions {
  readonly seed: number;
  /** @default 500 */
  readonly perSecond?: number;
  /** Of each of the two loads. @default 7000 */
  readonly durationMs?: number;
  /** For so long the server is stopped. @default 1400 */
  readonly stallMs?: number;
  readonly signal?: AbortSignal;
}

/** One quantile, as measured and as theory has it. */
export interface SelfTestFigure {
  readonly load: "exponential" | "stall";
  readonly percent: number;
  readonly theoryMs: number;
  readonly measuredMs: number;
  /** Most that they may differ by. */
  readonly toleranceMs: number;
  readonly holds: boolean;
}

/** What came of it; without validity the figures say nothing of the meter. */
export interface SelfTestResult {
  readonly figures: readonly SelfTestFigure[];
  readonly valid: boolean;
  readonly reasons: readonly string[];
}

const MEAN_MS = 10;
const STALL_DELAY_MS = 5;
const TIMEOUT_MS = 30_000;
const PERCENTS = [50, 90, 99];
/** Way there and back, wake-ups of both processes on a machine with other work, and the histogram's three digits. */
const TOLERANCE_MS = 1.5;
const TOLERANCE_SHARE = 0.01;
/** Of the server: beyond it, it is not what theory speaks of. */
const MOST_LATE_MS = 1;

/**
 * Runs two loads: on answers that are late by an exponential distribution, and on a server that is stopped (SIGSTOP) for
 * a while in mid-run, which a meter that waits for answers before it goes on would not notice.
 *
 * @throws What starting the server or driving it fails with; the signal's reason.
 */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestResult> {
  const { seed, perSecond = 500, durationMs = 7000, stallMs = 1400, signal } = options;
  await using server = await startKnownServer();
  const plan: RatePlan = {
    kind: "rate",
    curve: { stretches: [{ fromPerSecond: perSecond, toPerSecond: perSecond, durationMs }] },
    spacing: "even",
    seed,
    name: "self-test",
  };
  const run = async (requestOf: RequestOf, warmupMs = 0) => {
    const result = await runLoad({
      target: { protocol: "grpc", address: server.address, connections: 1 },
      plan: warmupMs === 0 ? plan : { ...plan, durationMs: warmupMs },
      requestOf,
      timeoutMs: TIMEOUT_MS,
      // Whatever the figure, the meter may be no later than the shortest of them allows.
      objectiveMs: STALL_DELAY_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.throwIfAborted();
    return result;
  };
  const count = Math.round(perSecond * durationMs / 1000);
  // The first second of a process is its compiler's.
  await run(requestsOf(new Float64Array(1)), 1000);
  await server.lateP99Ms();
  const exponential = await run(requestsOf(exponentialDelays(count, MEAN_MS, seed)));
  const lateMs = await server.lateP99Ms();
  const [stalled, stoppedMs] = await Promise.all([
    run(requestsOf(new Float64Array(1).fill(STALL_DELAY_MS))),
    stallWhile(server.pid, durationMs * 0.4, stallMs, signal),
  ]);
  const reasons = [...exponential.summary.validity.reasons, ...stalled.summary.validity.reasons];
  if (lateMs > MOST_LATE_MS) {
    reasons.push(
      `the server itself answered ${lateMs.toFixed(2)} ms late at p99, at most ${MOST_LATE_MS} ms`,
    );
  }
  return {
    figures: [
      ...figuresOf("exponential", exponential, (percent) => exponentialQuantile(percent, MEAN_MS)),
      ...figuresOf(
        "stall",
        stalled,
        (percent) => stalledQuantile(percent, stoppedMs, durationMs, STALL_DELAY_MS),
      ),
    ],
    valid: reasons.length === 0,
    reasons: [...new Set(reasons)],
  };
}

/** Holds quantiles of a run against theory; those that the sample does not carry are left out. */
export function figuresOf(
  load: SelfTestFigure["load"],
  { recording }: Pick<LoadResult, "recording">,
  theory: (percent: number) => number,
): SelfTestFigure[] {
  return PERCENTS.flatMap((percent) => {
    const quantile = quantileOf(recording.histograms.response, percent);
    if (quantile === undefined) return [];
    const [theoryMs, measuredMs] = [theory(percent), quantile.us / 1000];
    const toleranceMs = TOLERANCE_MS + TOLERANCE_SHARE * theoryMs;
    const holds = Math.abs(measuredMs - theoryMs) <= toleranceMs;
    return [{ load, percent, theoryMs, measuredMs, toleranceMs, holds }];
  });
}

/** Each request names its delay; they take turns. */
function requestsOf(delaysMs: Float64Array): RequestOf {
  const head = grpcHead({ path: "/meshproof.selftest.v1.Delayed/Answer", authority: "localhost" });
  return (index) => {
    const message = new Uint8Array(4);
    new DataView(message.buffer).setUint32(0, Math.round((delaysMs[index % delaysMs.length] ?? 0) * 1000));
    return { head, body: frameMessage(message) };
  };
}

/** Stops a process for a while. @returns For how long, by our own clock. */
async function stallWhile(
  pid: number,
  afterMs: number,
  stallMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  await pause(afterMs, signal);
  const stoppedT = performance.now();
  Deno.kill(pid, "SIGSTOP");
  try {
    await pause(stallMs, signal);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
  return performance.now() - stoppedT;
}
