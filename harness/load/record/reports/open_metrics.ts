import type { LatencyHistogram } from "../histogram.ts";
import type { Recording } from "../recording.ts";

/** Upper bounds of the buckets in microseconds: 1, 2 and 5 of every decade from 10 us to 50 s. */
const BOUNDS_US = [1, 2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

const HISTOGRAMS = [
  ["response", "Time from when an attempt was planned until it ended."],
  ["service", "Time from when an attempt was sent until it ended."],
  ["lag", "Time from when an attempt was planned until it was sent."],
  ["firstByte", "Time from when an attempt was sent until the first byte of its answer."],
] as const satisfies readonly (readonly [keyof Recording["histograms"], string])[];

/**
 * The totals of a load as OpenMetrics text (https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md,
 * version 1.0): attempts by outcome and code, bytes, and the histograms in seconds.
 */
export function openMetrics(recording: Recording): string {
  const { codes, bytes, warmup, histograms } = recording;
  const lines = [
    "# TYPE meshproof_load_attempts counter",
    "# HELP meshproof_load_attempts Attempts that ended, by outcome and status; code -1 is none.",
    ...codes.map(({ outcome, code, count }) =>
      `meshproof_load_attempts_total{outcome="${outcome}",code="${code}"} ${count}`
    ),
    "# TYPE meshproof_load_warmup_attempts counter",
    "# HELP meshproof_load_warmup_attempts Attempts of the warm-up, which nothing else counts.",
    `meshproof_load_warmup_attempts_total ${warmup}`,
    "# TYPE meshproof_load_received_bytes counter",
    "# UNIT meshproof_load_received_bytes bytes",
    "# HELP meshproof_load_received_bytes Bytes of messages or bodies received.",
    `meshproof_load_received_bytes_total ${bytes}`,
    ...HISTOGRAMS.flatMap(([name, help]) => histogramLines(name, help, histograms[name])),
    "# EOF",
    "",
  ];
  return lines.join("\n");
}

function histogramLines(name: string, help: string, histogram: LatencyHistogram): string[] {
  const metric = `meshproof_load_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_seconds`;
  const slots = [...histogram.slots()];
  let place = 0;
  let passed = 0;
  const buckets = BOUNDS_US.map((boundUs) => {
    for (let slot = slots[place]; slot !== undefined && slot.lowUs <= boundUs; slot = slots[++place]) {
      passed += slot.count;
    }
    return `${metric}_bucket{le="${floatText(boundUs / 1e6)}"} ${passed}`;
  });
  return [
    `# TYPE ${metric} histogram`,
    `# UNIT ${metric} seconds`,
    `# HELP ${metric} ${help}`,
    ...buckets,
    `${metric}_bucket{le="+Inf"} ${histogram.count}`,
    `${metric}_count ${histogram.count}`,
    `${metric}_sum ${histogram.meanUs * histogram.count / 1e6}`,
  ];
}

/** The specification wants a bound to look like a floating-point number. */
function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
