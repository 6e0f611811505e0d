/** One run: a plan against a target, recorded and judged. */
import type { ClientTls } from "../client/transport.ts";
import { openGrpcTarget } from "../client/grpc_target.ts";
import { openHttp2Target } from "../client/http2_target.ts";
import { openStreamingTarget } from "../client/streaming_target.ts";
import type { ArrivalPlan } from "../plan/arrival_plan.ts";
import { dueTimes } from "../plan/due_times.ts";
import { openColumns } from "../record/columns.ts";
import { LatencyHistogram } from "../record/histogram.ts";
import { nearestRank } from "../record/quantile.ts";
import { openRecorder } from "../record/recorder.ts";
import type { Interval, Recording } from "../record/recording.ts";
import { openHlog } from "../record/reports/hlog.ts";
import { readCpuTimes, stealShare } from "../record/steal.ts";
import { summarise } from "../record/summary.ts";
import type { LoadSummary } from "../record/summary_schema.ts";
import type { AttemptSink } from "../attempt.ts";
import type { LoadTarget } from "../target.ts";
import { EndedAttempts } from "./ended_attempts.ts";
import { type Http1Target, openHttp1Target } from "./http1_target.ts";
import { rehearse } from "./rehearse.ts";
import { paceClosed, paceOpen, type RequestOf } from "./pace.ts";

export type Protocol = "grpc" | "http1" | "http2";

/** Who streams: in `bidi-streaming` each message goes out when its predecessor was answered by one. */
export type GrpcKind = "unary" | "server-streaming" | "client-streaming" | "bidi-streaming";

/** Whom to drive. */
export interface TargetOptions {
  readonly protocol: Protocol;
  /** `host:port`. */
  readonly address: string;
  readonly connections: number;
  readonly tls?: ClientTls;
  /** Of a gRPC method. @default "unary" */
  readonly kind?: GrpcKind;
}

/** A run. */
export interface LoadOptions {
  readonly target: TargetOptions;
  readonly plan: ArrivalPlan;
  readonly requestOf: RequestOf;
  readonly timeoutMs: number;
  /** Attempts that are due beyond so many in flight are shed. @default 10000 */
  readonly maxInFlight?: number;
  /** Attempts that are due within it are in no figure. @default 0 */
  readonly warmupMs?: number;
  /** What the figures are held against in judging their validity, in milliseconds. @default their own p99 */
  readonly objectiveMs?: number;
  /** Where the attempts' columns go (Arrow IPC); absent for none. */
  readonly columnsPath?: string;
  /** Where the intervals' histograms go; absent for none. */
  readonly hlogPath?: string;
  /** Told of each second. */
  readonly onInterval?: (interval: Interval) => void;
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface LoadResult {
  /** Attempts, warm-up included. */
  readonly planned: number;
  readonly startedAt: Date;
  readonly recording: Recording;
  readonly summary: LoadSummary;
  /** How often each thing that is not its protocol was met, where the target tells. */
  readonly malformed: Readonly<Record<string, number>>;
}

/** From the opening of the files to the first due time; the waiting for it makes the pace known to the compiler, too. */
const RUN_UP_MS = 50;
const INTERVAL_MS = 1000;
const MAX_IN_FLIGHT = 10_000;

/**
 * Connects, drives, awaits every end, and makes figures of it. Stopped by its signal it cancels what is in flight, and the
 * figures are of what there was until then.
 *
 * @throws What connecting, making a request or writing a file fails with; Error when an attempt did not end exactly once.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { plan, requestOf, timeoutMs, signal, warmupMs = 0, maxInFlight = MAX_IN_FLIGHT } = options;
  const ended = new EndedAttempts();
  const delays = new LatencyHistogram();
  await using target = await openTarget(options.target, ended);
  rehearse();
  const before = await readCpuTimes();
  const startT = performance.now() + RUN_UP_MS;
  const startedAt = new Date(performance.timeOrigin + startT);
  await using hlog = options.hlogPath === undefined
    ? undefined
    : await openHlog(options.hlogPath, { startT, startedAt });
  await using columns = options.columnsPath === undefined
    ? undefined
    : openColumns(options.columnsPath, { startT });
  const recorder = openRecorder({
    startT,
    warmupMs,
    intervalMs: INTERVAL_MS,
    ...(columns === undefined ? {} : { columns }),
    onInterval: (interval) => {
      hlog?.add(interval);
      options.onInterval?.(interval);
    },
  });
  ended.next = recorder;
  const timer = setInterval(() => recorder.tick(performance.now()), INTERVAL_MS);
  let planned: number;
  try {
    const pace = {
      target,
      ended,
      requestOf,
      timeoutMs,
      startT,
      onDelay: (delayMs: number) => delays.add(delayMs * 1000),
      ...(signal === undefined ? {} : { signal }),
    };
    planned = plan.kind === "closed"
      ? await paceClosed({ ...pace, ...plan })
      : await paceOpen({ ...pace, dueTimes: dueTimes(plan), maxInFlight });
  } finally {
    clearInterval(timer);
    // Cancels what is in flight, if anything is.
    await target[Symbol.asyncDispose]();
  }
  recorder.check(planned);
  const recording = recorder.finish(performance.now());
  const stolenShare = stealShare(before, await readCpuTimes());
  await columns?.close();
  await hlog?.close();
  const summary = summarise(recording, {
    eventLoopDelayMs: delays.count === 0 ? 0 : delays.valueAtRank(nearestRank(delays.count, 99)) / 1000,
    stolenShare,
    ...(options.objectiveMs === undefined ? {} : { objectiveMs: options.objectiveMs }),
  });
  return { planned, startedAt, recording, summary, malformed: Object.fromEntries(target.malformed ?? []) };
}

function openTarget(
  options: TargetOptions,
  sink: AttemptSink,
): Promise<LoadTarget & Partial<Pick<Http1Target, "malformed">>> {
  const { protocol, address, connections, tls, kind = "unary" } = options;
  const common = { address, connections, ...(tls === undefined ? {} : { tls }) };
  if (protocol === "http1") return openHttp1Target(common, sink);
  if (protocol === "http2") return openHttp2Target(common, sink);
  switch (kind) {
    case "unary":
      return openGrpcTarget({ ...common, answers: "one" }, sink);
    case "server-streaming":
      return openGrpcTarget({ ...common, answers: "any" }, sink);
    case "client-streaming":
      return openStreamingTarget({ ...common, pace: "at once" }, sink);
    case "bidi-streaming":
      return openStreamingTarget({ ...common, pace: "in turn" }, sink);
  }
}
