/**
 * Undoing what a dead run left on a container engine.
 *
 * Only what carries the run's own label is removed, whatever its name; a foreign container that has got a name of ours
 * is left alone and reported. Rules, attachments and limits are on the ledger as well, with the undo that a living run
 * uses, but nothing of them is undone here: each lives in the network namespace, on the endpoint or in the control
 * group of one of the run's own containers, and the kernel drops it together with that container. Nothing of the run
 * ever stands in the host's own tables (the engine's own rules for a network go when the engine removes the network),
 * so nothing is ever taken out of those: a mistake there would cut the user's machine off.
 */
import { errorText } from "../../model/error_text.ts";
import { pause } from "../../model/pause.ts";
import type { OpenEntry } from "../ledger_line.ts";
import type { Dockerode } from "./client.ts";
import { engineClient } from "./engine_client.ts";
import { RUN_LABEL } from "./labels.ts";

/** How long nothing more may turn up before what was intended and never noted as made counts as never made. */
const QUIET_MS = 1_500;
/** At least so many times as long as the engine takes to list what it has. */
const SLOWNESS = 20;
const LOOK_INTERVAL_MS = 50;
/** How long an engine may go on refusing to remove something. */
const LIMIT_MS = 15_000;
const MISCOUNTED_LIMIT_MS = 2_000;

/** A dead run. */
export interface DeadRun {
  readonly runId: string;
  /** The engine's address, as DOCKER_HOST says it. */
  readonly host: string;
  readonly open: readonly OpenEntry[];
}

/** A container or network of the run. */
export interface EngineObject {
  readonly kind: "container" | "network";
  readonly id: string;
  readonly name: string;
}

/** What was undone. */
export interface EngineUndo {
  readonly removed: readonly EngineObject[];
  /** Foreign things under names that the run meant for its own; left alone. */
  readonly spared: readonly EngineObject[];
}

/**
 * Removes the run's containers and networks.
 *
 * @param dryRun Only look.
 * @throws {Error} When the engine cannot be reached, or something of the run is still there in the end.
 */
export async function undoOnEngine(run: DeadRun, dryRun: boolean): Promise<EngineUndo> {
  const engine = await engineClient(run.host);
  const removed = dryRun ? await ownObjects(engine, run.runId) : await removeAll(engine, run);
  return { removed, spared: await foreignObjects(engine, run) };
}

async function removeAll(engine: Dockerode, run: DeadRun): Promise<EngineObject[]> {
  const removed: EngineObject[] = [];
  const awaited = new Set(run.open.flatMap(nameUnderWay));
  const startMs = performance.now();
  let quietSinceMs = startMs;
  let slowestMs = 0;
  for (;;) {
    const askedMs = performance.now();
    const found = await ownObjects(engine, run.runId);
    const nowMs = performance.now();
    slowestMs = Math.max(slowestMs, nowMs - askedMs);
    if (found.length === 0) {
      // An engine that is slow to answer is slow to make things, too.
      const isQuiet = nowMs - quietSinceMs >= Math.max(QUIET_MS, SLOWNESS * slowestMs);
      if (awaited.size === 0 || isQuiet || nowMs - startMs > LIMIT_MS) return removed;
      await pause(LOOK_INTERVAL_MS);
      continue;
    }
    quietSinceMs = nowMs;
    for (const { name } of found) awaited.delete(name);
    const attempts: Attempt[] = [];
    // A network goes only once nothing is attached to it.
    for (const kind of ["container", "network"] as const) {
      const ofKind = found.filter((each) => each.kind === kind);
      attempts.push(...await Promise.all(ofKind.map((each) => remove(engine, each))));
    }
    removed.push(...attempts.filter(({ refusal }) => refusal === undefined).map(({ object }) => object));
    const left = attempts.filter(({ refusal }) => refusal !== undefined);
    // Docker 20.10 may count somebody on a network where nobody is: only a restart of the engine helps, not patience.
    const isMiscounted = found.every(({ kind }) => kind === "network") &&
      left.every(({ refusal }) => refusal?.includes("active endpoints"));
    const limitMs = isMiscounted ? MISCOUNTED_LIMIT_MS : LIMIT_MS;
    if (left.length > 0 && performance.now() - startMs > limitMs) {
      throw new Error(
        `expected all that carries ${RUN_LABEL}=${run.runId} to be gone after ${limitMs} ms, found ${
          left.map(({ object, refusal }) => `${object.kind} ${object.name} (${refusal})`).join(", ")
        }${isMiscounted ? "; nobody is on it: start the engine anew" : ""}`,
      );
    }
    if (left.length === found.length) await pause(LOOK_INTERVAL_MS);
  }
}

/** Between its intent and its `created` line nobody knows whether a thing was made, or will be in a moment. */
function nameUnderWay({ intent, created }: OpenEntry): string[] {
  if (created !== undefined) return [];
  if (intent.what === "container") return [intent.container];
  return intent.what === "network" ? [intent.network] : [];
}

interface Attempt {
  readonly object: EngineObject;
  /** Why it may still be there; absent where this very call has removed it. */
  readonly refusal?: string;
}

async function remove(engine: Dockerode, object: EngineObject): Promise<Attempt> {
  try {
    if (object.kind === "network") await removeNetwork(engine, object.id);
    else await engine.getContainer(object.id).remove({ force: true, v: true });
    return { object };
  } catch (error) {
    // Also where it is gone, or somebody else is removing it: whoever lists next sees whether that is so.
    return { object, refusal: errorText(error) };
  }
}

async function removeNetwork(engine: Dockerode, id: string): Promise<void> {
  const network = engine.getNetwork(id);
  const { Containers: endpoints } = await network.inspect() as { Containers?: Record<string, unknown> };
  // What is foreign (somebody's shell that joined to look around) is only taken off the network, not removed.
  await Promise.all(
    Object.keys(endpoints ?? {}).map((container) =>
      network.disconnect({ Container: container, Force: true }).catch((error: unknown) => {
        // It went by itself.
        if ((error as { statusCode?: number }).statusCode !== 404) throw error;
      })
    ),
  );
  await network.remove();
}

async function ownObjects(engine: Dockerode, runId: string): Promise<EngineObject[]> {
  const filters = { label: [`${RUN_LABEL}=${runId}`] };
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
  ]);
  return [
    ...containers.map(({ Id, Names }) => containerObject(Id, Names)),
    ...networks.map(({ Id, Name }): EngineObject => ({ kind: "network", id: Id, name: Name })),
  ];
}

async function foreignObjects(engine: Dockerode, run: DeadRun): Promise<EngineObject[]> {
  const containerNames = new Set(
    run.open.flatMap(({ intent }) => "container" in intent ? [intent.container] : []),
  );
  const networkNames = new Set(run.open.flatMap(({ intent }) => "network" in intent ? [intent.network] : []));
  const isForeign = ({ Labels }: { Labels?: Record<string, string> | null | undefined }) =>
    Labels?.[RUN_LABEL] !== run.runId;
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true }),
    engine.listNetworks(),
  ]);
  return [
    ...containers.filter(isForeign).map(({ Id, Names }) => containerObject(Id, Names))
      .filter(({ id, name }) => containerNames.has(name) || containerNames.has(id)),
    ...networks.filter(isForeign)
      .map(({ Id, Name }): EngineObject => ({ kind: "network", id: Id, name: Name }))
      .filter(({ id, name }) => networkNames.has(name) || networkNames.has(id)),
  ];
}

/** Names come with a leading `/`; further ones, with two, are links. */
function containerObject(id: string, names: readonly string[] | null): EngineObject {
  const name = names?.find((each) => each.lastIndexOf("/") === 0)?.slice(1) ?? id.slice(0, 12);
  return { kind: "container", id, name };
}
