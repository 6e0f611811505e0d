/** One container of the run: on the ledger before it exists, and until it is gone. */
import type { RunLedger } from "../run_ledger.ts";
import { DockerError, isDockerError } from "./docker_error.ts";
import { CHANGE_LIMIT_MS, type ContainerHandle, type Engine } from "./engine.ts";
import { RUN_LABEL } from "./labels.ts";
import { type Inspection, launch, type Recipe } from "./recipe.ts";

/** How long a container that somebody else is removing may still show. */
const REMOVAL_LIMIT_MS = 30_000;

/** What everything of a run on the engine shares. */
export interface DockerOwner {
  readonly engine: Engine;
  readonly ledger: RunLedger;
  /** A name on the engine that nothing else has. */
  uniqueName(name: string): string;
  /** Told of what is left that harms nobody. */
  readonly onWarning?: (text: string) => void;
}

/** A container, started. */
export class OwnedContainer {
  /** What it is for, as the ledger names it. */
  readonly title: string;
  /** Its name on the engine. */
  readonly name: string;
  readonly id: string;
  readonly handle: ContainerHandle;
  /** As it stood right after its start. */
  readonly inspection: Inspection;
  readonly #owner: DockerOwner;
  readonly #entry: number;
  #removing: Promise<void> | undefined;

  private constructor(
    owner: DockerOwner,
    title: string,
    name: string,
    entry: number,
    launched: { id: string; inspection: Inspection },
  ) {
    this.#owner = owner;
    this.title = title;
    this.name = name;
    this.#entry = entry;
    this.id = launched.id;
    this.inspection = launched.inspection;
    this.handle = owner.engine.container(launched.id);
  }

  /**
   * Starts one.
   *
   * @param beforeStart Given the container when it is made and does not yet run.
   * @throws {DockerError} When it cannot be made or started; nothing of it is left then, unless the engine itself is gone.
   */
  static async start(
    owner: DockerOwner,
    title: string,
    recipe: Recipe,
    options: { name?: string; beforeStart?: (id: string) => Promise<void> } = {},
  ): Promise<OwnedContainer> {
    const { engine, ledger } = owner;
    const name = options.name ?? owner.uniqueName(title);
    const entry = ledger.intendContainer(title, name);
    let id: string | undefined;
    try {
      const launched = await engine.ask(
        `start the container ${name}`,
        () =>
          launch(engine, name, recipe, async (created) => {
            id = created;
            ledger.created(entry, created);
            await options.beforeStart?.(created);
          }),
        CHANGE_LIMIT_MS,
      );
      return new OwnedContainer(owner, title, name, entry, launched);
    } catch (error) {
      await undoStart(owner, { name, entry, id }, error);
      throw error;
    }
  }

  /** What it is called in messages and by the docker command. */
  get shortId(): string {
    return shortId(this.id);
  }

  /** Whether it is being removed, or was. */
  get isRemoved(): boolean {
    return this.#removing !== undefined;
  }

  /** Kills it and takes it away with its data. Once more is no error, and tries again what failed. */
  remove(): Promise<void> {
    this.#removing ??= removeContainer(this.#owner.engine, this.id, this.name).then(
      () => this.#owner.ledger.ended(this.#entry, "removed"),
      (error: unknown) => {
        this.#removing = undefined;
        throw error;
      },
    );
    return this.#removing;
  }
}

/** The first twelve digits, as the docker command shows it. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** Undoes a start that failed. What it throws itself is dropped: the ledger's entry then stays for `sweep`. */
async function undoStart(
  { engine, ledger }: DockerOwner,
  begun: { name: string; entry: number; id: string | undefined },
  error: unknown,
): Promise<void> {
  try {
    // Where the engine said no to the making of it, there is nothing; a name that is taken is somebody else's.
    const isUnknown = begun.id === undefined && isDockerError(error, "slow", "gone");
    const id = begun.id ?? (isUnknown ? await ownIdByName(engine, ledger.runId, begun.name) : undefined);
    if (id !== undefined) await removeContainer(engine, id, begun.name);
    // It may still be made after a call that nobody waits for any more.
    if (!isUnknown || id !== undefined) ledger.ended(begun.entry, "never started");
  } catch (failure) {
    if (!(failure instanceof DockerError)) throw failure;
  }
}

async function ownIdByName(engine: Engine, runId: string, name: string): Promise<string | undefined> {
  try {
    const found = await engine.ask(
      `look for the container ${name}`,
      (abortSignal) => engine.container(name).inspect({ abortSignal }),
    );
    return found.Config.Labels[RUN_LABEL] === runId ? found.Id : undefined;
  } catch (error) {
    if (isDockerError(error, "missing")) return undefined;
    throw error;
  }
}

async function removeContainer(engine: Engine, id: string, name: string): Promise<void> {
  try {
    await engine.ask(
      `remove the container ${name}`,
      (abortSignal) => engine.container(id).remove({ force: true, v: true, abortSignal }),
      CHANGE_LIMIT_MS,
    );
  } catch (error) {
    if (isDockerError(error, "missing")) return;
    if (!isDockerError(error, "conflict")) throw error;
    // "removal of container ... is already in progress".
    await awaitGone(engine, id, name);
  }
}

async function awaitGone(engine: Engine, id: string, name: string): Promise<void> {
  try {
    await engine.ask(
      `see the container ${name} removed`,
      (abortSignal) => engine.container(id).wait({ condition: "removed", abortSignal }),
      REMOVAL_LIMIT_MS,
    );
  } catch (error) {
    if (!isDockerError(error, "missing")) throw error;
  }
}
