import { assertEquals } from "@std/assert";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import type { ClauseVerdict, Verdict } from "../model/verdict.ts";
import { cellReport, round, type RunRecord, unsupportedCell } from "./build.ts";
import type { Deviation } from "./deviations.ts";

const DEVIATION: Deviation = {
  mesh: "envoy",
  clause: "RTE-01",
  cause: "Envoy's makers chose to do otherwise here.",
  link: "https://example.org/issue/1",
};

function verdict(id: string, verdict: Verdict, evidence: readonly number[] = []): ClauseVerdict {
  return { id, verdict, expected: `${id} kept`, actual: `${id} \u001b[31m${verdict}\u001b[0m`, evidence };
}

function run(verdicts: readonly ClauseVerdict[], more: Partial<RunRecord> = {}): RunRecord {
  const recorder = memoryRecorder();
  recorder.record("upstream:echo-1", { kind: "note", text: "second" }, 20);
  recorder.record("client", { kind: "note", text: "first\u0000" }, 10);
  recorder.record("client", { kind: "note", text: "of no matter" }, 15);
  return {
    verdicts,
    events: recorder.events,
    history: "history/a.ndjson",
    seconds: 1.23456,
    parts: { drive: 0.98765 },
    alone: false,
    ...more,
  };
}

Deno.test("cellReport shows the evidence in time, in words, and the clause's level", () => {
  const cell = cellReport("routing/a", "envoy", [run([verdict("RTE-01", "fail", [0, 1])])], []);
  assertEquals(cell.seconds, 1.235);
  assertEquals(cell.runs[0]?.parts, { drive: 0.988 });
  assertEquals(cell.clauses, [{
    id: "RTE-01",
    level: "core",
    verdict: "fail",
    expected: "RTE-01 kept",
    actual: "RTE-01 fail",
    evidence: [
      { seq: 1, t: 10, source: "client", text: "first\ufffd" },
      { seq: 0, t: 20, source: "upstream:echo-1", text: "second" },
    ],
  }]);
});

Deno.test("cellReport takes the last run's verdicts and tells all runs", () => {
  const cell = cellReport("routing/a", "envoy", [
    run([verdict("RTE-01", "inconclusive")]),
    run([verdict("RTE-01", "pass")], { alone: true, seconds: 2 }),
  ], []);
  assertEquals(cell.clauses.map((clause) => clause.verdict), ["pass"]);
  assertEquals(cell.runs.map(({ alone, verdicts }) => [alone, verdicts["RTE-01"]]), [
    [false, "inconclusive"],
    [true, "pass"],
  ]);
  assertEquals(cell.seconds, 3.235);
});

Deno.test("cellReport marks a failure that is a recorded deviation of this mesh, and nothing else", () => {
  const deviationIn = (mesh: string, kind: Verdict) =>
    cellReport("routing/a", mesh, [run([verdict("RTE-01", kind)])], [DEVIATION]).clauses[0]?.deviation;
  assertEquals(deviationIn("envoy", "fail"), { cause: DEVIATION.cause, link: DEVIATION.link });
  assertEquals(deviationIn("envoy", "error"), undefined);
  assertEquals(deviationIn("envoy", "pass"), undefined);
  assertEquals(deviationIn("haproxy", "fail"), undefined);
});

Deno.test("cellReport names the mutant that ran, and none when none did", () => {
  assertEquals(cellReport("a/b", "reference", [run([])], [], "retry-one-more").mutant, "retry-one-more");
  assertEquals("mutant" in cellReport("a/b", "reference", [run([])], []), false);
});

Deno.test("unsupportedCell gives every clause the reason, fit for every report", () => {
  const cell = unsupportedCell("routing/a", ["RTE-01", "RTY-06"], "\u001b[31mno binary\u001b[0m");
  assertEquals([cell.seconds, cell.runs], [0, []]);
  assertEquals(cell.clauses.map(({ id, level, verdict, actual }) => [id, level, verdict, actual]), [
    ["RTE-01", "core", "unsupported", "no binary"],
    ["RTY-06", "extended", "unsupported", "no binary"],
  ]);
});

Deno.test("round keeps milliseconds", () => {
  assertEquals([round(1.23449), round(0.0005), round(2)], [1.234, 0.001, 2]);
});
