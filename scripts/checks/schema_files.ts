import type { TextFile } from "./repository.ts";
import type { Breach } from "./source_file.ts";

/** Where the JSON Schemas of the report files stand. */
export const SCHEMA_FOLDER = "harness/report/schema";

/** A schema as it is written to its file. */
export function schemaText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/**
 * Every JSON Schema that is missing, stale, or made by nobody.
 *
 * @param schemas By file name, as the code that writes the reports makes them.
 */
export function checkSchemaFiles(
  files: readonly TextFile[],
  schemas: Readonly<Record<string, unknown>>,
): Breach[] {
  const breach = (name: string, message: string): Breach => ({
    path: `${SCHEMA_FOLDER}/${name}`,
    line: 0,
    message,
  });
  const byPath = new Map(files.map(({ path, text }) => [path, text]));
  const stale = Object.entries(schemas).flatMap(([name, schema]) => {
    const text = byPath.get(`${SCHEMA_FOLDER}/${name}`);
    if (text === undefined) return [breach(name, "is missing: run `deno task schemas`")];
    return text === schemaText(schema)
      ? []
      : [breach(name, "is not what scripts/checks/report_schemas.ts makes: run `deno task schemas`")];
  });
  const orphans = [...byPath.keys()]
    .filter((path) => path.startsWith(`${SCHEMA_FOLDER}/`) && path.endsWith(".json"))
    .map((path) => path.slice(SCHEMA_FOLDER.length + 1))
    .filter((name) => !Object.hasOwn(schemas, name))
    .map((name) => breach(name, "is made by no schema in scripts/checks/report_schemas.ts: delete it"));
  return [...stale, ...orphans];
}
