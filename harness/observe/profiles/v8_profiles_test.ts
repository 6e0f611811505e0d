import { assert, assertEquals } from "@std/assert";
import type { V8Recording } from "../../model/v8_recording.ts";
import { SourceLines } from "./source_lines.ts";
import { totalsOf } from "./stack_profile.ts";
import { allocateHeld, busyOuter } from "./testing/busy.ts";
import { cpuProfile, heapProfile } from "./v8_profiles.ts";
import { V8Recorder, withoutRepeatedIdle } from "./v8_recorder.ts";

const BUSY = "harness/observe/profiles/testing/busy.ts";
const SOURCE = (await Deno.readTextFile(new URL("./testing/busy.ts", import.meta.url))).split("\n");
/** From 1. */
const lineWith = (text: string) => SOURCE.findIndex((line) => line.includes(text)) + 1;

Deno.test("V8Recorder: time and memory are told by function, line of the TypeScript source, and phase", async () => {
  const recorder = V8Recorder.start("busy");
  busyOuter(150);
  await recorder.enter("holding");
  const held = allocateHeld(50_000);
  const recording = await recorder.stop();
  assertEquals(held.length, 50_000);
  // It goes through a pipe as one line.
  const told = JSON.parse(JSON.stringify(recording)) as V8Recording;
  const subject = { recording: told, labels: { process: "test" }, phaseAt: () => "busy" };
  const lines = await SourceLines.open();

  const cpu = cpuProfile([subject], lines);
  const inner = cpu.samples.filter(({ stack }) => stack.at(-1)?.name === "busyInner");
  const hottest = inner.toSorted((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0))[0];
  assert(hottest !== undefined);
  const [outerFrame, innerFrame] = hottest.stack.slice(-2);
  const innerLine = innerFrame?.line ?? 0;
  assert(innerLine >= lineWith("for (let round") && innerLine <= lineWith("// hot"), `line ${innerLine}`);
  assertEquals([innerFrame?.file, innerFrame?.startLine], [BUSY, lineWith("function busyInner")]);
  assertEquals([outerFrame?.name, outerFrame?.line], ["busyOuter", lineWith("function busyOuter")]);
  assertEquals(hottest.labels, { process: "test", phase: "busy" });

  const heap = heapProfile([subject], lines);
  const holding = heap.samples.filter(({ stack }) => stack.some(({ name }) => name === "allocateHeld"));
  assertEquals(new Set(holding.map(({ labels }) => labels["phase"])), new Set(["holding"]));
  const [bytes = 0] = totalsOf({ kinds: heap.kinds, samples: holding });
  // Three numbers of 8 bytes each at the least, by samples.
  assert(bytes > 500_000, `${bytes} bytes`);
});

Deno.test("V8Recorder: a process that waits for another is seen to be idle", async () => {
  const recorder = V8Recorder.start("");
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["--version"] }).output();
  busyOuter(20);
  const { cpu, functions } = await recorder.stop();
  assert(success);
  const names = cpu.samples.map((node) => functions[cpu.nodes[node]?.[0] ?? -1]?.[0] ?? "");
  assert(names.includes("(idle)"), names.join());
});

Deno.test("withoutRepeatedIdle: of idle samples in a row the first stands for all, and no time is lost", () => {
  const nodeOf = (id: number, functionName: string) => ({
    id,
    callFrame: { functionName, scriptId: "0", url: "", lineNumber: -1, columnNumber: -1 },
  });
  const profile = {
    nodes: [nodeOf(7, "(root)"), nodeOf(8, "(idle)"), nodeOf(9, "work")],
    startTime: 0,
    endTime: 0,
    samples: [9, 9, 8, 8, 8, 9, 8],
    timeDeltas: [1, 2, 3, 4, 5, 6, 7],
  };
  assertEquals(withoutRepeatedIdle(profile, new Map([[7, 0], [8, 1], [9, 2]])), {
    samples: [2, 2, 1, 2, 1],
    deltasUs: [1, 2, 3, 15, 7],
  });
});

/** Written by hand: `a` calls `b`, which is hit on two lines; V8 waits in between. */
const RECORDING: V8Recording = {
  startEpochMs: 1_000,
  intervalUs: 1_000,
  urls: ["", "file:///work/script.js"],
  functions: [["(root)", 0, -1, -1], ["a", 1, 9, 0], ["b", 1, 19, 0], ["(idle)", 0, -1, -1], [
    "toString",
    0,
    -1,
    -1,
  ]],
  cpu: {
    nodes: [[0, -1], [1, 0], [2, 1, 21, 2, 22, 1], [3, 0], [4, 0]],
    samples: [2, 2, 3, 2, 4],
    deltasUs: [500, 1_000, 1_200, 4_000, 1_000],
  },
  heaps: [{ phase: "late", nodes: [[0, -1, 0], [1, 0, 0], [2, 1, 64]] }],
};
const LINES = new SourceLines("", { "file:///work/": "" });

Deno.test("cpuProfile: a sample lasts until the next one, has the phase of its moment, and idle time is left out but told", () => {
  const phaseAt = (epochMs: number) => epochMs < 1_003 ? "early" : "late";
  const profile = cpuProfile([{ recording: RECORDING, labels: {}, phaseAt }], LINES);
  const rows = profile.samples.map(({ stack, values, labels }) => [
    stack.map(({ name, line }) => `${name}:${line}`).join(" "),
    values,
    labels["phase"],
  ]);
  assertEquals(rows, [
    ["a:10 b:21", [2, 2_200_000], "early"],
    ["a:10 b:22", [1, 1_000_000], "late"],
    // The last one lasts for an interval.
    ["toString:undefined", [1, 1_000_000], "late"],
  ]);
  assertEquals(profile.comments, ["idle, and left out: 0.004 s"]);
});

Deno.test("cpuProfile: what stands beneath a named function is of that function's phase", () => {
  const phaseBeneath = new Map([["a", "judge"]]);
  const subject = { recording: RECORDING, labels: {}, phaseAt: () => "drive", phaseBeneath };
  const phases = cpuProfile([subject], LINES).samples.map((
    { stack, labels },
  ) => [stack[0]?.name, labels["phase"]]);
  assertEquals(phases, [["a", "judge"], ["a", "judge"], ["toString", "drive"]]);
});

Deno.test("heapProfile: bytes stand at the stack that allocated them, with their phase", () => {
  const { samples } = heapProfile([{ recording: RECORDING, labels: {}, phaseAt: () => "" }], LINES);
  assertEquals(samples.map(({ stack, values, labels }) => [stack.map(({ name }) => name), values, labels]), [
    [["a", "b"], [64], { phase: "late" }],
  ]);
});

Deno.test("SourceLines: TypeScript that is not in Deno's cache has no line rather than a wrong one", () => {
  assertEquals(LINES.placeOf("file:///work/missing.ts", 4, 0), { file: "missing.ts", line: undefined });
  assertEquals(LINES.placeOf("file:///work/script.js", 4, 0), { file: "script.js", line: 5 });
  assertEquals(LINES.placeOf("", 0, 0), { file: "", line: undefined });
});
