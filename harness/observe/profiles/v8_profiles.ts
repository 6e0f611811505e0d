import type { V8Recording } from "../../model/v8_recording.ts";
import type { SourceLines } from "./source_lines.ts";
import { type Frame, type StackProfile, type StackSample, StackSums } from "./stack_profile.ts";
import { IDLE } from "./v8_recorder.ts";

/** What is known of a recorded process. */
export interface V8Subject {
  readonly recording: V8Recording;
  readonly labels: Readonly<Record<string, string>>;
  /** What the process was busy with at a moment, in epoch milliseconds; beneath some functions that is settled. */
  readonly phaseAt: (epochMs: number) => string;
  /** Functions by name, and the phase that everything beneath them belongs to. */
  readonly phaseBeneath?: ReadonlyMap<string, string>;
}

/**
 * The time that recorded processes spent at work, by label `phase`: in JavaScript, in garbage collection, in native code
 * (`(program)`). V8 samples by the clock, so what the machine took from the process in mid-function counts too. What V8
 * was told is idle is left out and told in a remark; native work that Deno does meanwhile is in there.
 *
 * The innermost frame has the line that was hit, those around it the line where their function begins. V8 counts lines
 * for each stack as a whole: how those of one stack fall to its phases is by order.
 */
export function cpuProfile(subjects: readonly V8Subject[], lines: SourceLines): StackProfile {
  const sums = new StackSums();
  let leftOutUs = 0;
  for (const subject of subjects) {
    const { recording, labels, phaseAt, phaseBeneath = new Map() } = subject;
    const { nodes, samples, deltasUs } = recording.cpu;
    const stackOf = stacksOf(recording, nodes, lines);
    const hits = nodes.map(([, , ...ticks]) => expanded(ticks));
    let at = recording.startEpochMs;
    for (const [index, node] of samples.entries()) {
      at += (deltasUs[index] ?? 0) / 1000;
      const lastedUs = Math.max(0, deltasUs[index + 1] ?? recording.intervalUs);
      const stack = stackOf(node);
      const leaf = stack.at(-1);
      if (leaf === undefined || leaf.name === IDLE) {
        leftOutUs += lastedUs;
        continue;
      }
      const hit = hits[node]?.shift();
      const url = urlOf(recording, nodes[node]?.[0]);
      const line = hit === undefined ? undefined : lines.placeOf(url, hit - 1).line;
      const settled = stack.findLast(({ name }) => phaseBeneath.has(name))?.name;
      sums.add({
        stack: line === undefined ? stack : [...stack.slice(0, -1), { ...leaf, line }],
        values: [1, lastedUs * 1000],
        labels: { ...labels, phase: settled === undefined ? phaseAt(at) : phaseBeneath.get(settled) ?? "" },
      });
    }
  }
  const [first] = subjects;
  return {
    kinds: [{ type: "samples", unit: "count" }, { type: "cpu", unit: "nanoseconds" }],
    defaultKind: "cpu",
    samples: sums.samples,
    comments: [
      `idle, and left out: ${(leftOutUs / 1e6).toFixed(3)} s`,
    ],
    ...(first === undefined ? {} : {
      startEpochMs: first.recording.startEpochMs,
      period: { type: "cpu", unit: "nanoseconds", value: first.recording.intervalUs * 1000 },
    }),
  };
}

/** What recorded processes held at the end of each phase of what they had allocated in it, by label `phase`. */
export function heapProfile(subjects: readonly V8Subject[], lines: SourceLines): StackProfile {
  const sums = new StackSums();
  for (const { recording, labels } of subjects) {
    for (const { phase, nodes } of recording.heaps) {
      const stackOf = stacksOf(recording, nodes, lines);
      for (const [index, [, , bytes]] of nodes.entries()) {
        if (bytes > 0) sums.add({ stack: stackOf(index), values: [bytes], labels: { ...labels, phase } });
      }
    }
  }
  return { kinds: [{ type: "inuse_space", unit: "bytes" }], samples: sums.samples };
}

/** Stacks of nodes, outermost first, without V8's root. */
function stacksOf(
  recording: V8Recording,
  nodes: readonly (readonly [callee: number, parent: number, ...rest: readonly number[]])[],
  lines: SourceLines,
): (node: number) => StackSample["stack"] {
  const stacks = new Map<number, StackSample["stack"]>();
  const stackOf = (node: number): StackSample["stack"] => {
    const known = stacks.get(node);
    if (known !== undefined) return known;
    const [callee, parent] = nodes[node] ?? [-1, -1];
    const stack = parent < 0 ? [] : [...stackOf(parent), frameOf(recording, callee, lines)];
    stacks.set(node, stack);
    return stack;
  };
  return stackOf;
}

function frameOf(recording: V8Recording, callee: number, lines: SourceLines): Frame {
  const [name = "", , line = -1, column = -1] = recording.functions[callee] ?? [];
  const place = lines.placeOf(urlOf(recording, callee), line, Math.max(0, column));
  // A module as a whole, and what has no name, is told by its place.
  const shown = name || (line < 0 ? "(module)" : "(anonymous)");
  return {
    name: shown,
    ...(place.file === "" ? {} : { file: place.file }),
    ...(place.line === undefined ? {} : { line: place.line, startLine: place.line }),
  };
}

function urlOf(recording: V8Recording, callee: number | undefined): string {
  return recording.urls[recording.functions[callee ?? -1]?.[1] ?? -1] ?? "";
}

/** Line and count, line and count ... as one line for each hit. */
function expanded(ticks: readonly number[]): number[] {
  return ticks.flatMap((line, index) =>
    index % 2 === 0 ? Array<number>(ticks[index + 1] ?? 0).fill(line) : []
  );
}
