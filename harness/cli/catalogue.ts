import { errorText } from "../model/error_text.ts";
import { type LoadedScenario, loadScenarios } from "../engine/load_scenarios.ts";
import { type Selection, selectScenarios } from "../engine/plan.ts";
import { policyOf } from "../engine/policy_of.ts";
import { UsageError } from "./exit.ts";

/**
 * Every scenario of a folder.
 *
 * @param folder Default: the catalogue that comes with the harness.
 * @throws {UsageError} When there is no such folder, none in it, or a file that holds none.
 */
export async function allScenarios(folder?: string): Promise<readonly LoadedScenario[]> {
  if (folder === undefined) return await loadScenarios();
  let loaded: readonly LoadedScenario[];
  try {
    loaded = await loadScenarios(folder);
  } catch (error) {
    throw new UsageError(`--scenarios ${folder}: ${errorText(error)}`);
  }
  if (loaded.length > 0) return loaded;
  throw new UsageError(`--scenarios ${folder}: expected scenario files (*.ts) below it, found none`);
}

/**
 * The scenarios that a selection picks. Their policies are read once, so that a slip in one is said before anything
 * is started.
 *
 * @param weightOf What shards are balanced by.
 * @throws {UsageError} When a policy is missing or malformed, naming file, line and field.
 */
export async function catalogue(
  selection: Selection,
  folder?: string,
  weightOf?: (loaded: LoadedScenario) => number,
): Promise<readonly LoadedScenario[]> {
  const picked = selectScenarios(await allScenarios(folder), selection, weightOf);
  const problems = (await Promise.all(picked.map(policyProblem))).filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return picked;
}

async function policyProblem(loaded: LoadedScenario): Promise<string | undefined> {
  try {
    await policyOf(loaded);
    return undefined;
  } catch (error) {
    const reason = errorText(error);
    return `scenario ${loaded.scenario.id} (${loaded.file}) cannot be run for its policy:\n${reason}`;
  }
}
