import { build } from "hdr-histogram-js";
import { HIGHEST_US, type LatencyHistogram } from "../histogram.ts";

/** Percentiles told in each halving of the distance to 100 %. */
const TICKS_PER_HALF = 5;

/**
 * A `.hgrm` file, in milliseconds: the percentile distribution as HdrHistogram's own tools print it and its plotter
 * (https://hdrhistogram.github.io/HdrHistogram/plotFiles.html) reads it.
 */
export function hgrm(histogram: LatencyHistogram): string {
  const copy = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });
  for (const { highUs, count } of histogram.slots()) copy.recordValueWithCount(highUs, count);
  return copy.outputPercentileDistribution(TICKS_PER_HALF, 1000);
}
