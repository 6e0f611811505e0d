/** One cell in containers: a network of its own, pods on it, processes in them. */
import type { Recorder } from "../../model/event.ts";
import { errorText } from "../../model/error_text.ts";
import type { Address } from "../../model/mesh.ts";
import type { Pod, ProcessSpec, RunningProcess } from "../../model/process.ts";
import type { CellRuntime, Knock } from "../../model/runtime.ts";
import { spawnUntilLine } from "../await_ready.ts";
import { ProcessStartError } from "../child_process.ts";
import type { CellRuntimeOptions } from "../runtime.ts";
import { Attachments } from "./attachments.ts";
import { CellNetwork } from "./cell_network.ts";
import { DockerKernel, podOf, processOf } from "./docker_kernel.ts";
import { DockerPod } from "./docker_pod.ts";
import { DockerProcess } from "./docker_process.ts";
import type { DockerRun } from "./docker_run.ts";
import { CELL_LABEL, PROCESS_LABEL, RUN_LABEL } from "./labels.ts";
import { programImage } from "./program_image.ts";
import { PROCESS_FOLDER } from "./recipe.ts";

/** How long a tombstone may take to listen. */
const OCCUPY_LIMIT_MS = 30_000;

/** A cell. */
export class DockerCellRuntime implements CellRuntime {
  readonly kind = "docker";
  readonly kernel: DockerKernel;
  readonly #run: DockerRun;
  readonly #name: string;
  readonly #logFolder: string;
  readonly #recorder: Recorder | undefined;
  readonly #network: CellNetwork;
  readonly #attachments: Attachments;
  readonly #pods: DockerPod[] = [];
  readonly #processes = new Set<DockerProcess>();
  /** Starts that are under way. */
  readonly #starting = new Set<Promise<unknown>>();
  #relayHost: Promise<string> | undefined;
  #tombstones = 0;
  #disposing: Promise<void> | undefined;
  #isOver = false;

  private constructor(run: DockerRun, options: CellRuntimeOptions, network: CellNetwork) {
    this.#run = run;
    this.#name = options.name;
    this.#logFolder = options.logFolder;
    this.#recorder = options.recorder;
    this.#network = network;
    this.#attachments = new Attachments(run, network, options.name);
    this.kernel = new DockerKernel(run, network, this.#attachments);
  }

  /** Makes the network. @throws {DockerError} */
  static async open(
    run: DockerRun,
    options: CellRuntimeOptions & { readonly isInternal?: boolean },
  ): Promise<DockerCellRuntime> {
    const isInternal = options.isInternal ?? true;
    const [network] = await Promise.all([
      CellNetwork.create({ owner: run, subnets: run.subnets, cell: options.name, isInternal }),
      Deno.mkdir(options.logFolder, { recursive: true }),
    ]);
    const cell = new DockerCellRuntime(run, options, network);
    // Nearly every cell is reached; by the time that it is, the relay is there.
    if (isInternal) cell.#relay().catch(() => undefined);
    return cell;
  }

  readonly spawn = (spec: ProcessSpec): Promise<RunningProcess> =>
    this.#while(spec.name, async () => {
      try {
        return await this.#spawn(spec);
      } catch (error) {
        if (error instanceof ProcessStartError) throw error;
        throw new ProcessStartError(`Cannot start "${spec.name}": ${errorText(error)}`, { cause: error });
      }
    });

  async pod(name: string, options: { readonly publishedPort?: number } = {}): Promise<DockerPod> {
    return await this.#while(name, () => this.#pod(name, options));
  }

  async admit(process: RunningProcess): Promise<string> {
    return await this.#while(process.name, () => this.#attachments.attach(processOf(process).pod));
  }

  async reach(address: Address): Promise<Address> {
    await this.#relay();
    const { tunnel } = await this.#run.relay();
    return await tunnel.reach(address);
  }

  async expose(address: Address): Promise<Address> {
    const host = await this.#relay();
    const { tunnel } = await this.#run.relay();
    return `${host}:${await tunnel.expose(address)}`;
  }

  async knock(address: Address, limitMs: number): Promise<Knock> {
    await this.#relay();
    const { tunnel } = await this.#run.relay();
    return await tunnel.knock(address, limitMs);
  }

  async occupy(pod: Pod, port: number, onConnection: () => void): Promise<AsyncDisposable> {
    const { process } = await spawnUntilLine(
      this.spawn,
      {
        name: `tombstone-${++this.#tombstones}-${pod.name}`,
        program: { script: "tombstone" },
        args: [pod.bind, String(port)],
        pod,
        onLine: (line) => {
          if (line === '{"event":"connection"}') onConnection();
        },
      },
      (line) => line === '{"event":"ready"}' ? true : undefined,
      { timeoutMs: OCCUPY_LIMIT_MS, what: `to listen at port ${port} of the pod ${pod.name}` },
    );
    return { [Symbol.asyncDispose]: () => process.kill() };
  }

  /** Removes everything; nothing can be started after. Once more is no error, and tries again what failed. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#disposing ??= this.#end().catch((error: unknown) => {
      this.#disposing = undefined;
      throw error;
    });
    return this.#disposing;
  }

  /**
   * Takes back what was done to others' pods, and takes them off the network: before they themselves are removed, where
   * several cells end at once. Nothing can be started after.
   */
  async releaseGuests(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled(this.#starting);
    try {
      await this.kernel.undoElsewhere();
    } finally {
      await this.#attachments.detachAll();
    }
  }

  async #end(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (works: readonly Promise<unknown>[]) => {
      for (const outcome of await Promise.allSettled(works)) {
        if (outcome.status === "rejected") failures.push(outcome.reason);
      }
    };
    await Promise.allSettled(this.#starting);
    // All at once: the engine works on as many containers as it is asked to.
    await attempt([
      this.releaseGuests(),
      ...this.#pods.map((pod) => pod.remove()),
      ...[...this.#processes].map(async (process) => {
        await process.container.remove();
        await process.exited;
      }),
    ]);
    this.kernel.noteGone();
    await attempt([this.#network.remove()]);
    if (failures.length === 0) return;
    throw new AggregateError(
      failures,
      `Cannot take down the cell ${this.#name}: ${
        failures.map(errorText).join("; ")
      }; run "clean" for what is left`,
    );
  }

  async #spawn(spec: ProcessSpec): Promise<RunningProcess> {
    const process = spec.inPlaceOf === undefined
      ? await this.#start(spec)
      : await this.#startAgain(spec, processOf(spec.inPlaceOf));
    this.#processes.add(process);
    return process;
  }

  async #start(spec: ProcessSpec): Promise<DockerProcess> {
    const wantsFolder = spec.files !== undefined || spec.scratchBytes !== undefined ||
      typeof spec.args === "function";
    const { image, args } = programImage(
      spec,
      typeof spec.args === "function" ? spec.args(PROCESS_FOLDER) : spec.args,
    );
    const [tag, pod] = await Promise.all([
      this.#run.image(image),
      spec.pod === undefined ? this.#newPod(spec.name) : podOf(spec.pod),
    ]);
    return await DockerProcess.start(spec, pod, {
      image: tag,
      args,
      labels: {
        [RUN_LABEL]: this.#run.ledger.runId,
        [CELL_LABEL]: this.#name,
        [PROCESS_LABEL]: spec.name,
      },
      env: spec.env ?? {},
      ...(spec.user === undefined ? {} : { user: spec.user }),
      network: `container:${pod.containerName}`,
      takesInput: true,
      ...(wantsFolder ? { files: spec.files ?? {} } : {}),
    }, this.#owner(spec));
  }

  /** The container is kept with all its data when its program has ended: starting it again is the take-over. */
  async #startAgain(spec: ProcessSpec, ended: DockerProcess): Promise<DockerProcess> {
    const args = typeof spec.args === "function" ? spec.args(PROCESS_FOLDER) : spec.args;
    const wanted = programImage(spec, args);
    const isSame = spec.name === ended.name &&
      JSON.stringify(wanted.args) === JSON.stringify(ended.recipe.args) &&
      JSON.stringify(spec.env ?? {}) === JSON.stringify(ended.recipe.env ?? {}) &&
      (spec.files === undefined || JSON.stringify(spec.files) === JSON.stringify(ended.recipe.files));
    if (!isSame) {
      throw new ProcessStartError(
        `Cannot start "${spec.name}" in place of "${ended.name}": expected its name, arguments, environment and files to be the same, found others; start it as a process of its own`,
      );
    }
    if (!ended.hasEnded) {
      throw new ProcessStartError(
        `Cannot start "${spec.name}" in place of one that still runs: expected it to have ended; kill or stop it first`,
      );
    }
    return await DockerProcess.startAgain(spec, ended, this.#owner(spec));
  }

  async #pod(name: string, options: { readonly publishedPort?: number }): Promise<DockerPod> {
    const pod = await this.#newPod(name, options);
    await pod.sandbox;
    return pod;
  }

  /** A pod whose sandbox is about to start. */
  async #newPod(name: string, options: { readonly publishedPort?: number } = {}): Promise<DockerPod> {
    const pod = new DockerPod(name, {
      owner: this.#run,
      network: this.#network,
      cell: this.#name,
      image: await this.#run.image("sandbox"),
      ...options,
    });
    this.#pods.push(pod);
    return pod;
  }

  /** The relay's address on this network. */
  #relay(): Promise<string> {
    this.#relayHost ??= this.#while("relay", async () => {
      const { pod } = await this.#run.relay();
      return await this.#attachments.attach(pod);
    });
    this.#relayHost.catch(() => this.#relayHost = undefined);
    return this.#relayHost;
  }

  #owner(spec: ProcessSpec) {
    const { engine, ledger } = this.#run;
    return {
      engine,
      ledger,
      uniqueName: (name: string) => this.#run.uniqueName(name),
      logPath: `${this.#logFolder}/${spec.name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.log`,
      ...(this.#recorder === undefined ? {} : { recorder: this.#recorder }),
    };
  }

  /** Work that disposal waits for, and that is refused once that has begun. */
  async #while<T>(name: string, start: () => Promise<T>): Promise<T> {
    if (this.#isOver) {
      throw new ProcessStartError(`Cannot start "${name}": its runtime is being torn down`);
    }
    const work = start();
    this.#starting.add(work);
    try {
      return await work;
    } finally {
      this.#starting.delete(work);
    }
  }
}
