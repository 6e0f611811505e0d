import { type HeapProfiler, type Profiler, type Runtime, Session } from "node:inspector";
import type { V8Recording } from "../../model/v8_recording.ts";

/** The frame of V8's own that stands for no work: Deno tells it that its event loop waits. */
export const IDLE = "(idle)";

const INTERVAL_US = 1_000;
/** Bytes between two samples of the heap, on average. */
const HEAP_INTERVAL_BYTES = 32 * 1024;

/**
 * Records on which functions this process spends its time, and where what it holds was allocated. By V8's own sampling
 * profilers, through the inspector: no port is opened. Needs `--allow-sys=inspector`.
 */
export class V8Recorder implements Disposable {
  readonly #session = new Session();
  readonly #heaps: { phase: string; profile: HeapProfiler.SamplingHeapProfile }[] = [];
  #phase: string;
  #startEpochMs = 0;

  private constructor(phase: string) {
    this.#phase = phase;
  }

  /** @param phase What the process does first. */
  static start(phase: string): V8Recorder {
    const recorder = new V8Recorder(phase);
    const session = recorder.#session;
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    session.post("HeapProfiler.enable");
    recorder.#beginHeap();
    session.post("Profiler.start");
    recorder.#startEpochMs = performance.timeOrigin + performance.now();
    return recorder;
  }

  /** What is allocated from now on belongs to another phase. */
  async enter(phase: string): Promise<void> {
    await this.#endHeap();
    this.#beginHeap();
    this.#phase = phase;
  }

  async stop(): Promise<V8Recording> {
    const { profile } = await new Promise<Profiler.StopReturnType>((resolve, reject) =>
      this.#session.post("Profiler.stop", (error, result) => error ? reject(error) : resolve(result))
    );
    await this.#endHeap();
    this.#session.disconnect();
    return compact(this.#startEpochMs, profile, this.#heaps);
  }

  /** Ends it without a word of what was seen. */
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #beginHeap(): void {
    this.#session.post("HeapProfiler.startSampling", { samplingInterval: HEAP_INTERVAL_BYTES });
  }

  async #endHeap(): Promise<void> {
    const { profile } = await new Promise<HeapProfiler.StopSamplingReturnType>((resolve, reject) =>
      this.#session.post(
        "HeapProfiler.stopSampling",
        (error, result) => error ? reject(error) : resolve(result),
      )
    );
    this.#heaps.push({ phase: this.#phase, profile });
  }
}

/** Says every function and every URL once: a profile as V8 gives it is ten times as long. */
function compact(
  startEpochMs: number,
  cpu: Profiler.Profile,
  heaps: readonly { phase: string; profile: HeapProfiler.SamplingHeapProfile }[],
): V8Recording {
  const urls = new Table<string>();
  const functions = new Table<readonly [string, number, number, number]>();
  const functionOf = ({ functionName, url, lineNumber, columnNumber }: Runtime.CallFrame) =>
    functions.indexOf([functionName, urls.indexOf(url), lineNumber, columnNumber]);
  const indexes = new Map(cpu.nodes.map(({ id }, index) => [id, index]));
  const parents = new Map(cpu.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  return {
    startEpochMs,
    intervalUs: INTERVAL_US,
    cpu: {
      nodes: cpu.nodes.map(({ id, callFrame, positionTicks = [] }) => [
        functionOf(callFrame),
        indexes.get(parents.get(id) ?? -1) ?? -1,
        ...positionTicks.flatMap(({ line, ticks }) => [line, ticks]),
      ]),
      ...withoutRepeatedIdle(cpu, indexes),
    },
    heaps: heaps.map(({ phase, profile }) => {
      const nodes: [number, number, number][] = [];
      const visit = (
        { callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode,
        parent: number,
      ) => {
        const index = nodes.push([functionOf(callFrame), parent, Math.round(selfSize)]) - 1;
        for (const child of children) visit(child, index);
      };
      visit(profile.head, -1);
      return { phase, nodes };
    }),
    urls: urls.items,
    functions: functions.items,
  };
}

/** A process that waits is sampled all the same: of such samples in a row the first stands for all, and no time is lost. */
export function withoutRepeatedIdle(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  indexes: ReadonlyMap<number, number>,
): Pick<V8Recording["cpu"], "samples" | "deltasUs"> {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === IDLE).map(({ id }) => id),
  );
  const kept: number[] = [];
  const deltasUs: number[] = [];
  let sinceUs = 0;
  for (const [index, id] of samples.entries()) {
    sinceUs += timeDeltas[index] ?? 0;
    if (idle.has(id) && samples[index - 1] === id) continue;
    kept.push(indexes.get(id) ?? 0);
    deltasUs.push(sinceUs);
    sinceUs = 0;
  }
  return { samples: kept, deltasUs };
}

/** Values in the order in which they were first seen. */
class Table<Item> {
  readonly items: Item[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(item: Item): number {
    const key = JSON.stringify(item);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.items.length);
    return this.items.push(item) - 1;
  }
}
