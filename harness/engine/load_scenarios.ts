import { errorText } from "../model/error_text.ts";
import { pathToFileURL } from "node:url";
import type { Scenario } from "../model/scenario.ts";
import { compareIds } from "../model/shard.ts";
import { scenarioProblems } from "./check_scenario.ts";

/** A scenario with the folder that its policy files stand in. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly file: string;
}

/** The catalogue that comes with the harness. */
export const CATALOGUE: string = decodeURIComponent(new URL("../../scenarios", import.meta.url).pathname);

/**
 * Loads every scenario below a folder, sorted by id.
 *
 * @throws {TypeError} When a file cannot be loaded, its default export is no scenario, or two have the same id,
 * naming the file and what is missing.
 */
export async function loadScenarios(folder: string = CATALOGUE): Promise<readonly LoadedScenario[]> {
  const loaded: LoadedScenario[] = [];
  for (const file of await scenarioFiles(folder)) {
    const scenario = await loadScenario(file);
    const twin = loaded.find((other) => other.scenario.id === scenario.id);
    if (twin !== undefined) {
      throw new TypeError(
        `${file}: expected an id of its own, found "${scenario.id}", which ${twin.file} has too`,
      );
    }
    loaded.push({ scenario, file, folder: file.slice(0, file.lastIndexOf("/")) });
  }
  return loaded.sort((a, b) => compareIds(a.scenario.id, b.scenario.id));
}

async function loadScenario(file: string): Promise<Scenario> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new TypeError(
      `${file}: expected a TypeScript file with a scenario, found: ${errorText(error)}`,
    );
  }
  const problems = scenarioProblems(module.default);
  if (problems.length === 0) return module.default as Scenario;
  throw new TypeError(
    `${file}: expected a scenario (harness/model/scenario.ts) as default export, found ${
      problems.join("; ")
    }; see CONTRIBUTING.md`,
  );
}

async function scenarioFiles(folder: string): Promise<string[]> {
  const root = await Deno.realPath(folder);
  const files: string[] = [];
  const visit = async (path: string) => {
    for await (const entry of Deno.readDir(path)) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory) await visit(child);
      else if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) files.push(child);
    }
  };
  await visit(root);
  return files.sort();
}
