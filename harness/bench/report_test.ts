import { assertEquals } from "@std/assert";
import { type BenchReport, benchSchema } from "../report/bench_schema.ts";
import { benchReport } from "./report.ts";
import { compare } from "./comparison.ts";
import { contender, madeUpRow } from "./testing/made_up.ts";

const RUN: BenchReport["run"] = {
  id: "20261123-170000-000-seedbench-p1",
  commit: "0123456789abcdef",
  version: "0.1.0",
  command: "bench",
  quick: false,
  startedAt: "2026-11-23T17:00:00.000Z",
  wallSeconds: 12.5,
  tools: { ghz: "0.93.0" },
  machine: { os: "linux", arch: "x86_64", cores: 2, memoryBytes: 25_769_803_776, deno: "2.9.6" },
};

function madeUpReport(): BenchReport {
  const row = madeUpRow([contender("ours", []), contender("theirs", [])]);
  const speeds = [[6, 2], [5, 2], [7, 2], [6, 2], [4.5, 1.5], [6, 2]] as const;
  const rounds = speeds.map(([ours, theirs], index) => ({
    stolen: index === 3 ? 0.05 : 0,
    isDisturbed: index === 3,
    repeats: index === 3 ? 3 : 0,
    figures: new Map([["ours", { speed: ours }], ["theirs", { speed: theirs }]]),
  }));
  const [spec] = row.comparisons;
  if (spec === undefined) throw new Error("the made-up row compares nothing");
  const result = compare(spec, speeds.map(([subject, peer]) => ({ subject, peer })));
  const told = { ...spec, name: "price", demand: { direction: "none" as const } };
  return benchReport(RUN, [{
    row,
    rounds,
    outcomes: [{ spec, result }, { spec: told, unavailable: "Cannot get the tool theirs" }],
  }]);
}

Deno.test("benchReport is bench.json as it is recorded in testing/bench.json", async () => {
  const recorded = await Deno.readTextFile(new URL("./testing/bench.json", import.meta.url));
  assertEquals(madeUpReport(), JSON.parse(recorded));
});

Deno.test("benchSchema reads back what was written, and refuses an unknown field", () => {
  const report = madeUpReport();
  assertEquals(benchSchema.parse(JSON.parse(JSON.stringify(report))), report);
  assertEquals(benchSchema.safeParse({ ...report, colour: "green" }).success, false);
  const [first] = report.comparisons;
  assertEquals(
    benchSchema.safeParse({ ...report, comparisons: [{ ...first, direction: "about" }] }).success,
    false,
  );
});
