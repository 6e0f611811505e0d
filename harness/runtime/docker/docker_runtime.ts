/** A run in containers: what its cells share, and their end. */
import { errorText } from "../../model/error_text.ts";
import type { CellRuntime } from "../../model/runtime.ts";
import type { RunLedger } from "../run_ledger.ts";
import type { CellRuntimeOptions, Runtime } from "../runtime.ts";
import { probeAddressPool } from "./cell_network.ts";
import { DockerCellRuntime } from "./docker_cell.ts";
import type { DockerRun } from "./docker_run.ts";
import { Engine } from "./engine.ts";
import type { ImageName } from "./image_context.ts";
import { ensureImages } from "./images.ts";
import { OutOfMemoryWatch } from "./out_of_memory.ts";
import { type Relay, startRelay } from "./relay.ts";
import { SubnetPool } from "./subnet_pool.ts";

/** What the docker runtime needs. */
export interface DockerRuntimeOptions {
  readonly ledger: RunLedger;
  /** Told what happens when images have to be built. */
  readonly onProgress?: (line: string) => void;
  /** Ends a build that is under way. */
  readonly signal?: AbortSignal;
  /** @default The engine that {@link dockerStatus} finds. */
  readonly engine?: Engine;
}

/** A run. */
export class DockerRuntime implements Runtime {
  readonly kind = "docker";
  readonly #options: DockerRuntimeOptions;
  readonly #run: DockerRun;
  readonly #cells = new Set<DockerCellRuntime>();
  readonly #images = new Map<ImageName, Promise<string>>();
  #building: Promise<unknown> = Promise.resolve();
  #names = 0;
  #logFolder = "";
  #relayCell: DockerCellRuntime | undefined;
  #relay: Promise<Relay> | undefined;
  #watch: Promise<OutOfMemoryWatch> | undefined;

  private constructor(engine: Engine, options: DockerRuntimeOptions) {
    this.#options = options;
    const { ledger } = options;
    const uniqueName = (name: string) =>
      `meshproof-${ledger.runId}-${++this.#names}-${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}`;
    const { onProgress: onWarning } = options;
    const owner = { engine, ledger, uniqueName, ...(onWarning === undefined ? {} : { onWarning }) };
    this.#run = {
      ...owner,
      subnets: new SubnetPool(() => probeAddressPool(owner)),
      image: (name) => this.#image(name),
      relay: () => this.#relay ??= this.#openRelay(),
      outOfMemoryWatch: () => this.#watch ??= OutOfMemoryWatch.open(engine, ledger.runId),
    };
  }

  /** @throws {DockerUnavailableError} Where there is no Docker that will do. */
  static async open(options: DockerRuntimeOptions): Promise<DockerRuntime> {
    return new DockerRuntime(options.engine ?? await Engine.open(), options);
  }

  async cell(options: CellRuntimeOptions): Promise<CellRuntime> {
    this.#options.signal?.throwIfAborted();
    this.#logFolder ||= options.logFolder;
    // Needed in a moment; whoever needs it hears what goes wrong.
    for (const name of ["sandbox", "programs"] as const) this.#image(name).catch(() => undefined);
    const cell = await DockerCellRuntime.open(this.#run, options);
    this.#cells.add(cell);
    return cell;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A guest leaves before it is removed by the cell that it is from; what fails here fails there once more.
    await Promise.allSettled([...this.#cells].map((cell) => cell.releaseGuests()));
    const outcomes = await Promise.allSettled([...this.#cells].map((cell) => cell[Symbol.asyncDispose]()));
    const relay = await this.#relay?.catch(() => undefined);
    await relay?.[Symbol.asyncDispose]();
    outcomes.push(...await Promise.allSettled([this.#relayCell?.[Symbol.asyncDispose]()]));
    (await this.#watch?.catch(() => undefined))?.[Symbol.dispose]();
    const failures = outcomes.flatMap((outcome) => outcome.status === "rejected" ? [outcome.reason] : []);
    if (failures.length > 0) throw new AggregateError(failures, failures.map(errorText).join("; "));
  }

  async #openRelay(): Promise<Relay> {
    const cell = await DockerCellRuntime.open(this.#run, {
      name: "relay",
      logFolder: this.#logFolder,
      isInternal: false,
    });
    this.#relayCell = cell;
    return await startRelay(cell);
  }

  #image(name: ImageName): Promise<string> {
    const known = this.#images.get(name);
    if (known !== undefined) return known;
    const { onProgress, signal } = this.#options;
    // One after another: a build fills a small machine.
    const made = this.#building.then(async () => {
      const tags = await ensureImages([name], {
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(signal === undefined ? {} : { signal }),
      });
      return tags.get(name)!;
    });
    this.#images.set(name, made);
    this.#building = made.catch(() => this.#images.delete(name));
    return made;
  }
}
