import type { z } from "zod";
import { errorText } from "../model/error_text.ts";
import { type MutantsReport, mutantsSchema, type Report, reportSchema } from "../report/schema.ts";
import { UsageError } from "./exit.ts";
import { REPORTS } from "./folders.ts";

/** A run that was stored. */
export interface StoredRun {
  readonly folder: string;
  readonly report: Report;
}

/** A kill matrix that was stored. */
export interface StoredMutants {
  readonly folder: string;
  readonly report: MutantsReport;
}

/**
 * Reads a stored run.
 *
 * @param name A folder, or the id of a run in `reports/`.
 * @throws UsageError When there is no such run, or its report is malformed, naming the field.
 */
export async function readRun(name: string): Promise<StoredRun> {
  const found = await readStored(name, "report.json", reportSchema, "meshproof.report/v1");
  if (found !== undefined) return found;
  throw new UsageError(
    `${name}: expected a run's folder or id, found no report.json in ${candidates(name).join(" or ")}`,
  );
}

/**
 * Reads what a name stands for: a run, or what `mutants` left.
 *
 * @throws UsageError When there is neither, both, or what there is is malformed.
 */
export async function readRunOrMutants(
  name: string,
): Promise<{ readonly run: StoredRun } | { readonly mutants: StoredMutants }> {
  const run = await readStored(name, "report.json", reportSchema, "meshproof.report/v1");
  const mutants = await readStored(name, "mutants.json", mutantsSchema, "meshproof.mutants/v1");
  if (run !== undefined && mutants === undefined) return { run };
  if (mutants !== undefined && run === undefined) return { mutants };
  const found = run === undefined
    ? `neither in ${candidates(name).join(" or ")}`
    : "both; give `run` and `mutants` a folder each with --out";
  throw new UsageError(
    `${name}: expected the folder or id of a run, with report.json, or of mutants, with mutants.json; found ${found}`,
  );
}

function candidates(name: string): readonly string[] {
  return [name, `${REPORTS}/${name}`];
}

async function readStored<Document>(
  name: string,
  file: string,
  schema: z.ZodType<Document>,
  schemaName: string,
): Promise<{ readonly folder: string; readonly report: Document } | undefined> {
  for (const folder of candidates(name)) {
    let text: string;
    try {
      text = await Deno.readTextFile(`${folder}/${file}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) continue;
      throw error;
    }
    return { folder, report: parse(text, `${folder}/${file}`, schema, schemaName) };
  }
  return undefined;
}

function parse<Document>(
  text: string,
  path: string,
  schema: z.ZodType<Document>,
  schemaName: string,
): Document {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: expected JSON, found: ${errorText(error)}`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) =>
    `\n  ${issue.path.join(".")}: ${issue.message}`
  );
  throw new UsageError(`${path}: expected a ${schemaName}, found:${problems.join("")}`);
}
