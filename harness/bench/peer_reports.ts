/** What the generators print of themselves, ours among them. */
import { z } from "zod";
import { loadReportSchema } from "../load/record/reports/load_report.ts";

/** What every generator tells. */
export interface GeneratorReport {
  /** Calls that were answered as they should be. */
  readonly calls: number;
  /** Those that were not. */
  readonly failed: number;
  /** Of the calls, as the tool itself counts seconds. */
  readonly callsPerSecond: number;
  /** 99 % of the calls took at most this, by the tool's own clock; undefined where it does not say. */
  readonly p99Ms: number | undefined;
  /** Whether the tool itself calls its figures valid; absent where it does not say. */
  readonly isValid?: boolean;
}

/**
 * The summary of h2load (nghttp2 1.x).
 *
 * @throws {Error} When it is something else.
 */
export function readH2load(text: string): GeneratorReport {
  const [, rate] = /^finished in \S+, ([\d.]+) req\/s/m.exec(text) ?? [];
  // "failed" counts those that "errored" and those that were late.
  const [, succeeded, failed] = /^requests: .* done, (\d+) succeeded, (\d+) failed, /m.exec(text) ?? [];
  if (rate === undefined || succeeded === undefined) {
    throw new Error(
      `Cannot read h2load's summary: expected "finished in" and "requests:", found ${text.slice(-400)}`,
    );
  }
  return {
    calls: Number(succeeded),
    failed: Number(failed),
    callsPerSecond: Number(rate),
    p99Ms: undefined,
  };
}

/**
 * The summary of ghz 0.x. Its JSON would hold every sample, at a price that is not that of making load.
 *
 * @throws {Error} When it is something else.
 */
export function readGhz(text: string): GeneratorReport {
  const [, count] = /^ {2}Count:\t(\d+)/m.exec(text) ?? [];
  const [, rate] = /^ {2}Requests\/sec:\t([\d.]+)/m.exec(text) ?? [];
  const [, p99, unit] = /^ {2}99 ?% in ([\d.]+) (ns|us|µs|ms|s) *$/m.exec(text) ?? [];
  if (count === undefined || rate === undefined) {
    throw new Error(
      `Cannot read ghz's summary: expected "Count:" and "Requests/sec:", found ${text.slice(0, 400)}`,
    );
  }
  const calls = Number(/^ {2}\[OK\] +(\d+) responses/m.exec(text)?.[1] ?? 0);
  return {
    calls,
    failed: Number(count) - calls,
    callsPerSecond: Number(rate),
    p99Ms: p99 === undefined ? undefined : Number(p99) * (MILLISECONDS[unit ?? ""] ?? NaN),
  };
}

const MILLISECONDS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, "µs": 1e-3, ms: 1, s: 1_000 };

const autocannonReport = z.object({
  duration: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
  "2xx": z.number(),
  latency: z.object({ p99: z.number() }),
});

/**
 * The JSON report of autocannon; latencies are in milliseconds.
 *
 * @throws {Error} When it is something else.
 */
export function readAutocannon(text: string): GeneratorReport {
  const report = parsed("autocannon", autocannonReport, text);
  return {
    calls: report["2xx"],
    failed: report.errors + report.timeouts + report.non2xx,
    callsPerSecond: report["2xx"] / report.duration,
    p99Ms: report.latency.p99,
  };
}

/**
 * What `load --json` prints; latencies are response times in milliseconds.
 *
 * @throws {Error} When it is something else.
 */
export function readLoad(text: string): GeneratorReport {
  const { summary } = parsed("meshproof load", loadReportSchema, text);
  // Those of the warm-up are counted without their outcome.
  const calls = summary.outcomes.ok + summary.warmup;
  const all = Object.values(summary.outcomes).reduce((sum, count) => sum + count, 0);
  return {
    calls,
    failed: all - summary.outcomes.ok,
    callsPerSecond: summary.rate.ok,
    p99Ms: summary.response.quantiles.find(({ percent }) => percent === 99)?.ms,
    isValid: summary.validity.valid,
  };
}

/** A tool's own word on its figures as a figure beside them: 1 for valid, 0 for not; none where it does not say. */
export function ownWord({ isValid }: GeneratorReport): { valid?: number } {
  return isValid === undefined ? {} : { valid: Number(isValid) };
}

/** Parses JSON by a schema, or says who printed something else. */
export function parsed<T>(who: string, schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(
      `Cannot read the report of ${who}: expected JSON, found ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`Cannot read the report of ${who}: ${issues.join("; ")}`);
}
