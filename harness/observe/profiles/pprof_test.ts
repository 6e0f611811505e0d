import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { encodePprof } from "./pprof.ts";
import type { StackProfile } from "./stack_profile.ts";

const PROFILE: StackProfile = {
  kinds: [{ type: "samples", unit: "count" }, { type: "cpu", unit: "nanoseconds" }],
  samples: [
    {
      stack: [{ name: "outer", file: "a/outer.ts", line: 3, startLine: 1 }, {
        name: "inner",
        file: "a/inner.ts",
        line: 7,
      }],
      // More than 32 bits: most nanoseconds are.
      values: [2, 5_000_000_000],
      labels: { phase: "drive", empty: "" },
    },
    {
      stack: [{ name: "outer", file: "a/outer.ts", line: 4, startLine: 1 }],
      values: [1, 1_000_000],
      labels: { phase: "judge" },
    },
  ],
  defaultKind: "cpu",
  startEpochMs: Date.UTC(2026, 0, 2),
  durationMs: 1_500,
  period: { type: "cpu", unit: "nanoseconds", value: 1_000_000 },
  comments: ["a remark"],
};

/** Go is what builds some of the tools; a machine that has none builds none. */
const WITHOUT_GO = await new Deno.Command("go", { args: ["version"] }).output().then(() => false, () => true);

Deno.test("encodePprof: go tool pprof reads back stacks, lines, values, labels, time and remarks", {
  ignore: WITHOUT_GO,
}, async () => {
  const raw = await pprof(["-raw"], PROFILE);
  for (
    const part of [
      "PeriodType: cpu nanoseconds",
      "Period: 1000000",
      "Time: 2026-01-02",
      "Duration: 1.5s",
      "samples/count cpu/nanoseconds[dflt]",
      "outer a/outer.ts:3:0 s=1",
      "inner a/inner.ts:7:0 s=0",
      "phase:[drive]",
    ]
  ) assertStringIncludes(raw, part);
  // Innermost first, as pprof has it.
  assertEquals(/2 +5000000000: (\d+) (\d+)/.exec(raw)?.slice(1, 3), ["2", "1"]);
  assertEquals(raw.includes("empty"), false);
  assertStringIncludes(await pprof(["-comments"], PROFILE), "a remark");
});

Deno.test(
  "encodePprof: -top shows flat and cumulative values of the default kind, -tagfocus picks by label",
  { ignore: WITHOUT_GO },
  async () => {
    const top = await pprof(["-top", "-unit=ms"], PROFILE);
    assertStringIncludes(top, "Type: cpu");
    assertEquals(/^ +5000ms .* 5000ms +100% +inner$/m.test(top), true, top);
    assertEquals(/^ +1ms .* 5001ms +100% +outer$/m.test(top), true, top);
    const judged = await pprof(["-top", "-tagfocus=phase=judge", "-unit=ms"], PROFILE);
    assertEquals(judged.includes("inner"), false, judged);
  },
);

Deno.test("encodePprof: -diff_base subtracts another profile", { ignore: WITHOUT_GO }, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const base = `${folder}/base.pb.gz`;
    await Deno.writeFile(base, encodePprof({ ...PROFILE, samples: PROFILE.samples.slice(0, 1) }));
    const difference = await pprof(["-top", "-unit=ms", `-diff_base=${base}`], PROFILE);
    assertEquals(/^ +1ms .*outer$/m.test(difference), true, difference);
    assertEquals(/[1-9]ms .*inner$/m.test(difference), false, difference);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("encodePprof: the same profile gives the same bytes", () => {
  assertEquals(encodePprof(PROFILE), encodePprof(structuredClone(PROFILE)));
});

Deno.test("encodePprof: a fraction, or a sample without all its values, is refused with the stack that has it", () => {
  const withValues = (values: number[]): StackProfile => ({
    ...PROFILE,
    samples: [{ stack: [{ name: "outer" }, { name: "inner" }], values, labels: {} }],
  });
  assertThrows(() => encodePprof(withValues([1, 0.5])), RangeError, "found 1, 0.5 at outer > inner");
  assertThrows(
    () => encodePprof(withValues([1])),
    RangeError,
    "must have 2 whole numbers (samples, cpu): found 1",
  );
});

/** What `go tool pprof` prints of a profile. */
async function pprof(args: readonly string[], profile: StackProfile): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/profile.pb.gz`;
    await Deno.writeFile(path, encodePprof(profile));
    const { success, stdout, stderr } = await new Deno.Command("go", {
      args: ["tool", "pprof", ...args, path],
      env: { PPROF_TMPDIR: folder },
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (!success) throw new Error(`go tool pprof refused the profile: ${new TextDecoder().decode(stderr)}`);
    return text;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
