import type { LatencyHistogram } from "../histogram.ts";
import { LEAST_BEYOND, nearestRank } from "../quantile.ts";
import type { Recording } from "../recording.ts";
import type { LoadRun } from "./load_run.ts";

/** A bucket: above Start, up to End, in seconds. */
export interface FortioBucket {
  readonly Start: number;
  readonly End: number;
  /** Of all values up to End. */
  readonly Percent: number;
  readonly Count: number;
}

/** Seconds. */
export interface FortioHistogram {
  readonly Count: number;
  readonly Min: number;
  readonly Max: number;
  readonly Sum: number;
  readonly Avg: number;
  readonly StdDev: number;
  readonly Data: readonly FortioBucket[];
  readonly Percentiles: readonly { readonly Percentile: number; readonly Value: number }[];
}

/** What fortio's browser and its `report` read: `RunnerResults` of https://github.com/fortio/fortio (periodic.go). */
export interface FortioReport {
  readonly RunType: string;
  readonly Labels: string;
  readonly StartTime: string;
  readonly RequestedQPS: string;
  readonly RequestedDuration: string;
  readonly ActualQPS: number;
  /** Nanoseconds. */
  readonly ActualDuration: number;
  readonly NumThreads: number;
  readonly Version: string;
  readonly DurationHistogram: FortioHistogram;
  readonly ErrorsDurationHistogram: FortioHistogram;
  readonly Exactly: number;
  readonly Jitter: boolean;
  readonly Uniform: boolean;
  readonly NoCatchUp: boolean;
  readonly RunID: number;
  readonly AccessLoggerInfo: string;
  readonly ID: string;
  readonly RetCodes: Readonly<Record<string, number>>;
  readonly Destination: string;
  readonly URL: string;
}

const PERCENTILES = [50, 75, 90, 99, 99.9, 99.99];

/** Fortio's own bucket limits (stats.go, `histogramBucketValues`), of 0.1 ms each: its `-r 0.0001`. */
const LIMITS = [
  ...[
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    14,
    16,
    18,
    20,
    25,
    30,
    35,
    40,
    45,
    50,
    60,
    70,
    80,
    90,
    100,
    120,
  ],
  ...[
    140,
    160,
    180,
    200,
    250,
    300,
    350,
    400,
    450,
    500,
    600,
    700,
    800,
    900,
    1000,
    2000,
    3000,
    4000,
    5000,
    7500,
  ],
  ...[10_000, 20_000, 30_000, 40_000, 50_000, 75_000, 100_000],
];
const LIMIT_US = 100;

/**
 * A report as fortio writes it. Its durations are our response times (planned to end): what fortio shows counts from
 * when it came to send. Resets and refusals are in RetCodes alone, by their outcome, as what was never sent is.
 */
export function fortioReport(recording: Recording, run: LoadRun): FortioReport {
  const { outcomes, codes, histograms, firstPlannedT, lastPlannedT, lastEndT, sent } = recording;
  const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const seconds = attempts === 0 ? 0 : (lastEndT - firstPlannedT) / 1000;
  const plannedSeconds = (lastPlannedT - firstPlannedT) / 1000;
  const isGrpc = run.protocol === "grpc";
  return {
    RunType: isGrpc ? "GRPC" : "HTTP",
    Labels: `meshproof ${run.target}`,
    StartTime: run.startedAt.toISOString(),
    RequestedQPS: plannedSeconds > 0
      ? ((attempts - 1) / plannedSeconds).toPrecision(9).replace(/\.?0+$/, "")
      : "max",
    RequestedDuration: `exactly ${run.planned} calls`,
    ActualQPS: seconds > 0 ? sent / seconds : 0,
    ActualDuration: Math.round(seconds * 1e9),
    NumThreads: run.connections,
    Version: `meshproof ${run.version}`,
    DurationHistogram: histogramOf(histograms.response),
    ErrorsDurationHistogram: histogramOf(histograms.error),
    Exactly: run.planned,
    Jitter: false,
    Uniform: false,
    NoCatchUp: false,
    RunID: 0,
    AccessLoggerInfo: "",
    ID: run.id,
    RetCodes: retCodes(codes),
    Destination: isGrpc ? run.target : "",
    URL: isGrpc ? "" : run.target,
  };
}

/** By status where one came, else by outcome. */
function retCodes(codes: Recording["codes"]): Record<string, number> {
  const byName: Record<string, number> = {};
  for (const { outcome, code, count } of codes) {
    const name = (outcome === "ok" || outcome === "status") && code !== -1 ? String(code) : outcome;
    byName[name] = (byName[name] ?? 0) + count;
  }
  return byName;
}

function histogramOf(histogram: LatencyHistogram): FortioHistogram {
  const { count, minUs, maxUs, meanUs } = histogram;
  let squares = 0;
  for (const { lowUs, highUs, count: times } of histogram.slots()) {
    squares += times * ((lowUs + highUs) / 2 - meanUs) ** 2;
  }
  return {
    Count: count,
    Min: minUs / 1e6,
    Max: maxUs / 1e6,
    Sum: meanUs * count / 1e6,
    Avg: meanUs / 1e6,
    StdDev: count === 0 ? 0 : Math.sqrt(squares / count) / 1e6,
    Data: bucketsOf(histogram),
    Percentiles: PERCENTILES.flatMap((percentile) => {
      const rank = nearestRank(count, percentile);
      if (count - rank < LEAST_BEYOND) return [];
      return [{ Percentile: percentile, Value: histogram.valueAtRank(rank) / 1e6 }];
    }),
  };
}

/** The buckets that hold something; the first begins at the smallest value, the last ends at the largest. */
function bucketsOf(histogram: LatencyHistogram): FortioBucket[] {
  const counts = new Map<number, number>();
  for (const { lowUs, count } of histogram.slots()) {
    const found = LIMITS.findIndex((limit) => lowUs <= limit * LIMIT_US);
    const place = found === -1 ? LIMITS.length : found;
    counts.set(place, (counts.get(place) ?? 0) + count);
  }
  const seconds = (place: number) => (LIMITS[place] ?? 0) * LIMIT_US / 1e6;
  let passed = 0;
  return [...counts].map(([place, count], order) => {
    passed += count;
    return {
      Start: order === 0 ? histogram.minUs / 1e6 : seconds(place - 1),
      End: order === counts.size - 1 ? histogram.maxUs / 1e6 : seconds(place),
      Percent: 100 * passed / histogram.count,
      Count: count,
    };
  });
}
