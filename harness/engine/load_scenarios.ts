import type { Scenario } from "../model/scenario.ts";

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
 * @throws TypeError When a file's default export is no scenario, or two have the same id, naming the file.
 */
export async function loadScenarios(folder: string = CATALOGUE): Promise<readonly LoadedScenario[]> {
  const loaded: LoadedScenario[] = [];
  for (const file of await scenarioFiles(folder)) {
    const module: { default?: unknown } = await import(`file://${file}`);
    const scenario = module.default;
    if (!isScenario(scenario)) {
      throw new TypeError(
        `${file}: expected a scenario as default export (see CONTRIBUTING.md), found ${typeof scenario}`,
      );
    }
    const twin = loaded.find((other) => other.scenario.id === scenario.id);
    if (twin !== undefined) {
      throw new TypeError(
        `${file}: expected an id of its own, found "${scenario.id}", which ${twin.file} has too`,
      );
    }
    loaded.push({ scenario, file, folder: file.slice(0, file.lastIndexOf("/")) });
  }
  return loaded.sort((a, b) => a.scenario.id < b.scenario.id ? -1 : 1);
}

function isScenario(value: unknown): value is Scenario {
  if (typeof value !== "object" || value === null) return false;
  const { id, clauses, drive, judge } = value as Partial<Record<keyof Scenario, unknown>>;
  return typeof id === "string" && Array.isArray(clauses) && typeof drive === "function" &&
    typeof judge === "function";
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
