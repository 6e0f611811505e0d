import type { Recorder } from "../model/event.ts";

/** How often the loop is looked at, and how often the worst of it is recorded. */
export interface LagOptions {
  /** @default 10 */
  readonly sampleMs?: number;
  /** @default 250 */
  readonly windowMs?: number;
}

/** A running lag sampler. */
export interface LagSampler extends Disposable {
  /** Worst lag since the sampler began, in milliseconds. */
  readonly maxMs: number;
  /** Records what the current window has seen, and stops. */
  stop(): void;
}

/**
 * Watches how late the event loop of this process is, and records the worst of each window as `harness.lag`
 * (source `engine`). A figure that the harness's own lateness made is not the mesh's.
 *
 * @param recorder Where the events go.
 * @param options Sampling.
 */
export function sampleLag(recorder: Recorder, options: LagOptions = {}): LagSampler {
  const { sampleMs = 10, windowMs = 250 } = options;
  let dueT = recorder.now() + sampleMs;
  let windowEndsT = recorder.now() + windowMs;
  let windowMaxMs = 0;
  let maxMs = 0;
  let isStopped = false;

  const flush = (t: number) => {
    recorder.record("engine", { kind: "harness.lag", maxMs: windowMaxMs }, t);
    windowMaxMs = 0;
    windowEndsT = t + windowMs;
  };
  const look = () => {
    const t = recorder.now();
    windowMaxMs = Math.max(windowMaxMs, t - dueT);
    maxMs = Math.max(maxMs, windowMaxMs);
    if (t >= windowEndsT) flush(t);
    dueT = t + sampleMs;
    timer = setTimeout(look, sampleMs);
    Deno.unrefTimer(timer);
  };
  let timer = setTimeout(look, sampleMs);
  Deno.unrefTimer(timer);

  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    clearTimeout(timer);
    const t = recorder.now();
    windowMaxMs = Math.max(windowMaxMs, t - dueT, 0);
    maxMs = Math.max(maxMs, windowMaxMs);
    flush(t);
  };
  return {
    get maxMs() {
      return maxMs;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
