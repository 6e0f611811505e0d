import { runtimeLacks, type RuntimeName } from "../model/runtime.ts";
import type { Scenario } from "../model/scenario.ts";

/** Whether a scenario works on network namespaces: each pod has to have one of its own, and none is shared or reused. */
export function needsKernel({ environment }: Pick<Scenario, "environment">): boolean {
  return environment?.kernel === true || environment?.interception !== undefined;
}

/** Why a runtime cannot give a scenario what it needs; undefined where it can. */
export function missingFrom(
  runtime: RuntimeName,
  scenario: Pick<Scenario, "environment">,
): string | undefined {
  if (!needsKernel(scenario) || runtime === "docker") return undefined;
  return runtimeLacks(runtime, "network namespace for each pod; try --runtime docker");
}
