import { CLAUSES } from "../../harness/model/clauses.ts";
import { parsePolicy } from "../../harness/model/policy_file.ts";
import { PolicyError } from "../../harness/model/policy_error.ts";
import type { Scenario } from "../../harness/model/scenario.ts";
import type { Catalogue, ScenarioFacts } from "./catalogue.ts";
import type { Repository } from "./repository.ts";

interface MutantsModule {
  readonly MUTANTS: readonly { readonly id: string; readonly clause: string }[];
}

/** Reads what the scenarios, the mutants and the specification say of each other, by importing them. */
export async function readCatalogue(repository: Repository): Promise<Catalogue> {
  const files = repository.sources.filter(({ path }) =>
    path.startsWith("scenarios/") && !path.endsWith("_test.ts")
  );
  const scenarios: ScenarioFacts[] = [];
  for (const { path } of files) {
    const module = await load(path) as { default?: Scenario };
    // A file without a default export is shared by scenarios.
    if (module.default !== undefined) scenarios.push({ path, ...module.default });
  }
  const { MUTANTS } = await load("fixtures/mutants/mod.ts") as MutantsModule;
  const policies = repository.texts
    .filter(({ path }) => /^scenarios\/.+\/.+\.ya?ml$/.test(path))
    .map(({ path, text }) => [path, whatIsWrong(path, text)] as const);
  return {
    scenarios,
    clauses: new Set(CLAUSES.map(({ id }) => id)),
    mutants: new Map(MUTANTS.map(({ id, clause }) => [id, clause])),
    policies: new Map(policies),
    texts: files.map(({ text }) => text),
  };
}

async function load(path: string): Promise<unknown> {
  return await import(new URL(`../../${path}`, import.meta.url).href);
}

function whatIsWrong(path: string, text: string): string {
  try {
    parsePolicy(text, path);
    return "";
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}
