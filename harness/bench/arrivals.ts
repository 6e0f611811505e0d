/** When requests arrived, as the servers note it, and how late that is against a plan. */
import { pause } from "../model/pause.ts";
import { quantile } from "./statistics.ts";

/**
 * Reads a file of arrivals: nanoseconds since 1970, 64 bits, little end first.
 *
 * @returns Milliseconds since the first arrival, sorted.
 * @throws {Error} When the file is empty or torn.
 */
export async function readArrivals(path: string): Promise<Float64Array> {
  const bytes = await Deno.readFile(path);
  if (bytes.length === 0 || bytes.length % 8 !== 0) {
    throw new Error(
      `Cannot read the arrivals ${path} as they must be entries of 8 bytes: current length is ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Differences of integers: a double cannot hold nanoseconds since 1970.
  let first = view.getBigInt64(0, true);
  for (let at = 8; at < bytes.length; at += 8) {
    const each = view.getBigInt64(at, true);
    if (each < first) first = each;
  }
  return Float64Array.from(
    { length: bytes.length / 8 },
    (_, index) => Number(view.getBigInt64(index * 8, true) - first) / 1e6,
  ).sort();
}

const BETWEEN_LOOKS_MS = 10;

/** Waits until a server has noted the first arrivals, or the signal is aborted. */
export async function firstArrivals(path: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const file = await Deno.stat(path).catch(() => undefined);
    if (file !== undefined && file.size > 0) return;
    await pause(BETWEEN_LOOKS_MS, signal);
  }
}

/** Whatever a generator does for the first time, it does in its first second, which no lag is read from. */
export const SETTLING_SECONDS = 1;

/** How far a constant plan and what arrived of it lie apart. */
export interface PlanLag {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Arrivals per second after the first second, as a share of the rate that was asked for. */
  readonly achievedShare: number;
}

/**
 * Lays a constant plan so that the i-th arrival is due i / rate after its beginning and none is early: from the first
 * arrival one would not see a generator whose first request is late. The same for every generator, whatever it says of
 * itself; one that sends ahead of its plan in bursts is as far from it as one that lags.
 *
 * @param arrivalsMs Sorted, from 0; see {@linkcode readArrivals}. Those of the first second lay the plan, no more.
 * @throws {RangeError} For fewer than two arrivals.
 */
export function planLag(arrivalsMs: Float64Array, ratePerSecond: number): PlanLag {
  const settling = Math.ceil(SETTLING_SECONDS * ratePerSecond);
  if (arrivalsMs.length < settling + 2) {
    throw new RangeError(
      `Cannot tell the lag as at least 2 requests must arrive after the first ${settling}: found ${arrivalsMs.length}`,
    );
  }
  const periodMs = 1_000 / ratePerSecond;
  const offsets = arrivalsMs.map((at, index) => at - index * periodMs);
  const earliest = offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
  const settled = offsets.subarray(settling).sort();
  const tookMs = (arrivalsMs.at(-1) ?? NaN) - (arrivalsMs[settling] ?? NaN);
  return {
    p50Ms: quantile(settled, 0.5) - earliest,
    p99Ms: quantile(settled, 0.99) - earliest,
    achievedShare: (arrivalsMs.length - 1 - settling) * periodMs / tookMs,
  };
}
