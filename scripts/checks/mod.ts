import { checkAllowedImports } from "./allowed_imports.ts";
import { checkCatalogue } from "./catalogue.ts";
import { checkDeadFiles } from "./dead_files.ts";
import { checkFileLength } from "./file_length.ts";
import { checkGuardedPackages } from "./guarded_packages.ts";
import { checkImportCycles } from "./import_cycles.ts";
import { checkImportMap } from "./import_map.ts";
import { checkOneDeno } from "./one_deno.ts";
import { checkPortableText } from "./portable_text.ts";
import { readCatalogue } from "./read_catalogue.ts";
import { reportSchemas } from "./report_schemas.ts";
import type { Repository } from "./repository.ts";
import { checkSchemaFiles } from "./schema_files.ts";
import { checkSideEffects } from "./side_effects.ts";
import type { Breach } from "./source_file.ts";
import { checkWorkflows } from "./workflows.ts";

/** A rule of the repository. */
export interface Check {
  /** Completes "the repository ...". */
  readonly promise: string;
  run(repository: Repository): readonly Breach[] | Promise<readonly Breach[]>;
}

/** Every rule; each is a test of its own. */
export const CHECKS: readonly Check[] = [
  { promise: "imports only in the allowed directions", run: ({ sources }) => checkAllowedImports(sources) },
  { promise: "has no cycle of imports", run: ({ sources }) => checkImportCycles(sources) },
  { promise: "has no file that no program reaches", run: ({ sources }) => checkDeadFiles(sources) },
  { promise: "prints and exits only in programs", run: ({ sources }) => checkSideEffects(sources) },
  {
    promise: "imports guarded packages only through their guards",
    run: ({ sources }) => checkGuardedPackages(sources),
  },
  {
    promise: "has one pinned entry in deno.json for each package, and uses it",
    run: ({ sources, imports }) => checkImportMap(sources, imports),
  },
  { promise: "has no file that is too long", run: ({ texts }) => checkFileLength(texts) },
  { promise: "names no path of one machine and no registry", run: ({ texts }) => checkPortableText(texts) },
  {
    promise: "has fresh JSON Schemas of its reports",
    run: ({ texts }) => checkSchemaFiles(texts, reportSchemas()),
  },
  {
    promise: "has workflows that are pinned, bounded and least privileged",
    run: ({ texts }) => checkWorkflows(texts),
  },
  { promise: "asks for one version of Deno", run: ({ texts }) => checkOneDeno(texts) },
  {
    promise: "has scenarios, mutants, clauses and policies that know each other",
    run: async (repository) => checkCatalogue(await readCatalogue(repository)),
  },
];
