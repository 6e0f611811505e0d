// deno-lint-ignore-file no-console -- a program that prints
/** Writes the JSON Schemas of the report files: `deno task schemas`. */
import { reportSchemas } from "./checks/report_schemas.ts";
import { SCHEMA_FOLDER, schemaText } from "./checks/schema_files.ts";

if (import.meta.main) {
  const folder = new URL(`../${SCHEMA_FOLDER}/`, import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, schema] of Object.entries(reportSchemas())) {
    await Deno.writeTextFile(new URL(name, folder), schemaText(schema));
    console.log(`${SCHEMA_FOLDER}/${name}`);
  }
}
