import { errorText } from "../model/error_text.ts";
import { type Report, reportSchema } from "../report/schema.ts";
import { UsageError } from "./exit.ts";
import { REPORTS } from "./folders.ts";

/** A run that was stored. */
export interface StoredRun {
  readonly folder: string;
  readonly report: Report;
}

/**
 * Reads a stored run.
 *
 * @param name A folder, or the id of a run in `reports/`.
 * @throws UsageError When there is no such run, or its report is malformed, naming the field.
 */
export async function readRun(name: string): Promise<StoredRun> {
  const candidates = [name, `${REPORTS}/${name}`];
  for (const folder of candidates) {
    let text: string;
    try {
      text = await Deno.readTextFile(`${folder}/report.json`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) continue;
      throw error;
    }
    return { folder, report: parseReport(text, `${folder}/report.json`) };
  }
  throw new UsageError(
    `${name}: expected a run's folder or id, found no report.json in ${candidates.join(" or ")}`,
  );
}

function parseReport(text: string, path: string): Report {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: expected JSON, found: ${errorText(error)}`);
  }
  const parsed = reportSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) =>
    `\n  ${issue.path.join(".")}: ${issue.message}`
  );
  throw new UsageError(`${path}: expected a meshproof.report/v1, found:${problems.join("")}`);
}
