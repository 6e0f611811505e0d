import { z } from "zod";
import type { LoadSummary } from "../summary_schema.ts";
import { summarySchema } from "../summary_schema.ts";
import type { LoadRun } from "./load_run.ts";

/** `load.json`. */
export const loadReportSchema = z.strictObject({
  schema: z.literal("meshproof.load/v1"),
  run: z.strictObject({
    id: z.string(),
    target: z.string(),
    protocol: z.enum(["grpc", "http1", "http2"]),
    plan: z.json(),
    planned: z.int().min(0),
    connections: z.int().min(1),
    seed: z.int(),
    version: z.string(),
    command: z.string(),
    startedAt: z.iso.datetime(),
  }),
  summary: summarySchema,
});

export type LoadReport = z.infer<typeof loadReportSchema>;

/**
 * The report of a load.
 *
 * @throws {z.ZodError} When the run holds what JSON does not, or the summary a number that is none.
 */
export function loadReport(summary: LoadSummary, run: LoadRun): LoadReport {
  return loadReportSchema.parse({
    schema: "meshproof.load/v1",
    run: { ...run, startedAt: run.startedAt.toISOString() },
    summary,
  });
}

/** The JSON Schemas of a load's files by file name, as they stand in harness/report/schema. */
export function loadSchemas(): Record<string, unknown> {
  return { "load.schema.json": z.toJSONSchema(loadReportSchema) };
}
