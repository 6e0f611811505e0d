import { loadSchemas } from "../../harness/load/record/reports/load_report.ts";
import { schemas } from "../../harness/report/schema.ts";

/** Every JSON Schema of a file that we write, by file name: those of a run, and those of parts that run by themselves. */
export function reportSchemas(): Record<string, unknown> {
  return { ...schemas(), ...loadSchemas() };
}
