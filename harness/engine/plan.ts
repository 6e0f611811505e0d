import picomatch from "picomatch";
import type { MeshAdapter } from "../model/mesh.ts";
import type { RuntimeName } from "../model/runtime.ts";
import { type Shard, shareOf } from "../model/shard.ts";
import type { CellPlan } from "./cell.ts";
import type { LoadedScenario } from "./load_scenarios.ts";
import { missingFrom } from "./needs.ts";

/** Which scenarios a run is about. Globs as in a shell, braces too. */
export interface Selection {
  /** Of scenario ids. */
  readonly scenario?: string;
  /** Of clause ids: scenarios that judge at least one that matches. */
  readonly clause?: string;
  /** One of several shares of what the globs match, balanced by time. */
  readonly shard?: Shard;
}

/** What was asked for does not exist; exit code 64. */
export class SelectionError extends Error {
  override readonly name = "SelectionError";
}

/** About how long a scenario takes on one mesh, in seconds. */
export function secondsOf({ scenario }: LoadedScenario): number {
  return scenario.seconds ?? 1;
}

/**
 * The scenarios that a selection picks.
 *
 * @param weightOf What shards are balanced by; in any unit. Default: `secondsOf`.
 * @throws SelectionError When a glob matches nothing: a run of nothing would be green for no reason.
 */
export function selectScenarios(
  all: readonly LoadedScenario[],
  selection: Selection,
  weightOf: (loaded: LoadedScenario) => number = secondsOf,
): readonly LoadedScenario[] {
  const byId = pick(all, selection.scenario, "scenario", (loaded) => [loaded.scenario.id]);
  const byClause = pick(byId, selection.clause, "clause", (loaded) => loaded.scenario.clauses);
  const { shard } = selection;
  if (shard === undefined) return byClause;
  const share = shareOf(byClause, shard, ({ scenario }) => scenario.id, weightOf);
  if (share.length === 0) {
    throw new SelectionError(
      `--shard ${shard.index}/${shard.count}: expected at least one scenario in the share, found none of ${byClause.length}`,
    );
  }
  return share;
}

function pick(
  all: readonly LoadedScenario[],
  glob: string | undefined,
  option: string,
  names: (loaded: LoadedScenario) => readonly string[],
): readonly LoadedScenario[] {
  if (glob === undefined) return all;
  // Of an empty glob picomatch would throw an error of its own.
  const matches = glob === "" ? () => false : picomatch(glob);
  const picked = all.filter((loaded) => names(loaded).some((name) => matches(name)));
  if (picked.length > 0) return picked;
  const known = [...new Set(all.flatMap(names))].sort().join(", ");
  throw new SelectionError(
    `--${option} ${glob}: expected a glob that matches at least one ${option}, found none; known: ${known}`,
  );
}

/** Why a cell is not driven at all. */
export function unsupportedReason(
  mesh: MeshAdapter,
  loaded: LoadedScenario,
  runtime: RuntimeName = "process",
): string | undefined {
  const lacking = missingFrom(runtime, loaded.scenario);
  if (lacking !== undefined) return lacking;
  // A mesh that is none is judged on every clause, whatever it declares: its failures are what it is there for.
  if (mesh.name === "direct") return undefined;
  const missing = loaded.scenario.needs.filter((feature) => !mesh.features.has(feature));
  return missing.length === 0 ? undefined : `${mesh.name} does not declare ${missing.join(", ")}`;
}

/** The cells of some meshes and scenarios, those that take longest first, so that none is left running alone at the end. */
export function planCells(
  meshes: readonly MeshAdapter[],
  scenarios: readonly LoadedScenario[],
  runtime: RuntimeName = "process",
): CellPlan[] {
  return scenarios
    .flatMap((loaded) => meshes.map((mesh) => ({ mesh, loaded })))
    .filter(({ mesh, loaded }) => unsupportedReason(mesh, loaded, runtime) === undefined)
    .sort((a, b) => secondsOf(b.loaded) - secondsOf(a.loaded));
}
