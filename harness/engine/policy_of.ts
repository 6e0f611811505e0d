import { readPolicy } from "../model/policy_file.ts";
import type { Policy } from "../model/policy.ts";
import type { LoadedScenario } from "./load_scenarios.ts";

/** Reads a policy file that stands beside a scenario. */
export function policyOf(loaded: LoadedScenario, file: string = loaded.scenario.policy): Promise<Policy> {
  return readPolicy(`${loaded.folder}/${file}`);
}
