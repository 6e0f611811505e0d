import { OUTCOME } from "../attempt.ts";
import { openRecorder } from "../record/recorder.ts";
import { encodeHistogram } from "../record/reports/hdr_encoding.ts";

const ATTEMPTS = 4000;
const INTERVALS = 4;

/**
 * Records a made-up run, so that the compiler has seen the recorder before the first attempt: otherwise the end of the
 * first second holds the event loop for some 7 ms, which the attempts of that moment would be charged with.
 *
 * @returns How many attempts it recorded.
 */
export function rehearse(): number {
  const recorder = openRecorder({
    startT: 0,
    intervalMs: ATTEMPTS / INTERVALS,
    onInterval: ({ histograms }) => void encodeHistogram(histograms.response),
  });
  for (let index = 0; index < ATTEMPTS; index++) {
    const tookMs = 0.3 + (index % 100) / 10;
    recorder.add(index, index, index + 0.1, index + tookMs, index + tookMs, OUTCOME.ok, 0, 1);
  }
  return recorder.finish(ATTEMPTS + 20).outcomes.ok;
}
