/** Milliseconds in each unit of Go's `time.ParseDuration`. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a duration as Go and Istio write it: a sum of decimal numbers with a unit each (`1.5s`, `250ms`, `1m30s`).
 * A sign is not allowed: no field of a policy takes a negative duration.
 *
 * @returns Milliseconds, or `undefined` when the text is not such a duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let totalMs = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    totalMs += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? NaN);
  }
  // Sums of decimal fractions carry binary dust (0.1 + 0.2); a policy is never finer than a nanosecond.
  return text === "" ? undefined : Math.round(totalMs * 1e6) / 1e6;
}
