import { assertEquals, assertThrows } from "@std/assert";
import { summarise } from "../summary.ts";
import { recordingOf, RUN, steadyAttempts } from "../testing/attempts.ts";
import { loadReport, loadReportSchema, loadSchemas } from "./load_report.ts";

const SUMMARY = summarise(recordingOf(steadyAttempts(1000, 10)), { eventLoopDelayMs: 1, stolenShare: 0.01 });

Deno.test("loadReport reads back from JSON as it was written", () => {
  const report = loadReport(SUMMARY, RUN);
  assertEquals(report.run.startedAt, "2026-01-02T03:04:05.678Z");
  assertEquals(loadReportSchema.parse(JSON.parse(JSON.stringify(report))), report);
});

Deno.test("loadReport refuses a number that JSON does not have", () => {
  assertThrows(() => loadReport({ ...SUMMARY, seconds: NaN }, RUN), Error, "seconds");
});

Deno.test("load.schema.json forbids unknown fields, as the schema that it is made from does", () => {
  const schema = loadSchemas()["load.schema.json"] as { additionalProperties?: unknown };
  assertEquals(schema.additionalProperties, false);
  assertThrows(() => loadReportSchema.parse({ ...loadReport(SUMMARY, RUN), more: 1 }), Error, "more");
});
