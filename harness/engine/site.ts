import type { EtcdCluster } from "../runtime/etcd_cluster.ts";
import { watchCoreWaits } from "../runtime/core_waits.ts";
import { createProcessRuntime, openProcessRuntime, type ProcessCellRuntime } from "../runtime/process.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { RunLedger } from "../runtime/run_ledger.ts";
import { type Reaper, startReaper } from "../runtime/reaper.ts";
import { defaultPinFolder, readToolPin } from "../runtime/tool_pin.ts";
import type { Tools } from "../runtime/tools.ts";
import { openOtlpReceiver, type OtlpReceiver } from "../observe/otlp_receiver.ts";
import type { Recorder } from "../model/event.ts";
import type { CellRuntime, RuntimeName } from "../model/runtime.ts";
import { RunClock } from "./history_file.ts";
import { startRegistry } from "./registry.ts";
import { ServicePool } from "./service_pool.ts";
import type { ProfileSink } from "../model/profile_sink.ts";

/** What a site is made for. */
export interface SiteOptions {
  readonly runId: string;
  readonly seed: number;
  /** Folder of the run: histories, logs, reports. */
  readonly out: string;
  /** Folder of the ledgers. */
  readonly stateFolder: string;
  readonly tools: Tools;
  /** @default "process" */
  readonly runtime?: RuntimeName;
  /** Without it nothing is profiled. */
  readonly profiles?: ProfileSink;
  /** Told what takes long while the site is opened, such as an image that is built. */
  readonly onProgress?: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * What the cells of one run share: clock, ledger, registry, service processes, span receiver. Everything that it
 * starts ends with it.
 */
export class Site implements AsyncDisposable {
  readonly runId: string;
  readonly seed: number;
  readonly out: string;
  readonly clock: RunClock;
  readonly tools: Tools;
  readonly signal: AbortSignal;
  readonly ledger: RunLedger;
  readonly services: ServicePool;
  readonly profiles: ProfileSink | undefined;
  /** Seconds that each part of the set-up took. */
  readonly parts: Record<string, number> = {};
  readonly #reaper: Reaper;
  readonly runtime: Runtime;
  /** What all cells share lives here. */
  readonly #shared: CellRuntime;
  readonly #spans: OtlpReceiver;
  /** Cells that spans may arrive for, by the token in their URL. */
  readonly #spanSinks: Map<string, Recorder>;
  readonly #waitSinks = new Set<Recorder>();
  #machine: ProcessCellRuntime | undefined;
  #registry: Promise<EtcdCluster> | undefined;

  private constructor(
    options: SiteOptions,
    clock: RunClock,
    ledger: RunLedger,
    reaper: Reaper,
    runtime: Runtime,
    shared: CellRuntime,
    spans: OtlpReceiver,
    sinks: Map<string, Recorder>,
  ) {
    this.runId = options.runId;
    this.clock = clock;
    this.seed = options.seed;
    this.out = options.out;
    this.tools = options.tools;
    this.signal = options.signal;
    this.ledger = ledger;
    this.#reaper = reaper;
    this.runtime = runtime;
    this.#shared = shared;
    this.#spans = spans;
    this.#spanSinks = sinks;
    this.profiles = options.profiles;
    this.services = new ServicePool(shared, options.seed, options.profiles !== undefined);
  }

  static async open(options: SiteOptions): Promise<Site> {
    const reaper = startReaper(options.stateFolder, options);
    let ledger: RunLedger | undefined;
    let runtime: Runtime | undefined;
    try {
      ledger = await RunLedger.open(options.stateFolder, options.runId);
      runtime = await openRuntime(options, ledger);
      const shared = await runtime.cell({ name: "run", logFolder: `${options.out}/logs` });
      const sinks = new Map<string, Recorder>();
      const clock = new RunClock();
      const spans = openOtlpReceiver({
        recorder: { fromEpoch: (milliseconds) => clock.fromEpoch(milliseconds) },
        onRefused: (reason, token) =>
          sinks.get(token)?.record("engine", { kind: "note", text: `spans refused: ${reason}` }),
        onSpan: (span, { token }) => sinks.get(token)?.record("mesh", span, span.endT),
      });
      const site = new Site(options, clock, ledger, reaper, runtime, shared, spans, sinks);
      // Programs of this machine, whatever the runtime: what is watched is the machine.
      const machine = createProcessRuntime({ ledger, logFolder: `${options.out}/logs` });
      site.#machine = machine;
      await watchCoreWaits(machine.spawn, (wait) => {
        for (const recorder of site.#waitSinks) {
          recorder.record("engine", { kind: "machine.waited", ...wait });
        }
      });
      return site;
    } catch (error) {
      await runtime?.[Symbol.asyncDispose]();
      await ledger?.close();
      await reaper[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The registry that cells share, each under a prefix of its own; started when it is first asked for. */
  registry(): Promise<EtcdCluster> {
    return this.#registry ??= this.timed(
      "registry",
      () => startRegistry(this.#shared, "registry", "steady"),
    );
  }

  /** Opens a span address for a cell. Spans that come after `close` are dropped. */
  receiveSpans(token: string, recorder: Recorder): { readonly url: string; close(): void } {
    this.#spanSinks.set(token, recorder);
    return { url: this.#spans.urlFor(token), close: () => void this.#spanSinks.delete(token) };
  }

  /** Records how long programs of this machine wait for a core, from now until it is disposed of. */
  watchWaits(recorder: Recorder): Disposable {
    this.#waitSinks.add(recorder);
    return { [Symbol.dispose]: () => void this.#waitSinks.delete(recorder) };
  }

  /**
   * Has a tool ready for the runtime, and says which version that is: a program on this machine, or what the image was
   * built from.
   *
   * @throws {ToolUnavailableError} When this machine cannot get it.
   */
  async toolVersion(name: string): Promise<string> {
    if (this.runtime.kind === "process") return (await this.tools.get(name)).version;
    return (await readToolPin(defaultPinFolder(), name)).version;
  }

  async timed<Result>(part: string, work: () => Promise<Result>): Promise<Result> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.parts[part] = (this.parts[part] ?? 0) + (performance.now() - begin) / 1000;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const registry = await this.#registry?.catch(() => undefined);
    await registry?.[Symbol.asyncDispose]();
    // What is left are idle services: nobody calls them any more, so there is nothing to drain.
    await this.#machine?.disposeAll(0);
    await this.runtime[Symbol.asyncDispose]();
    await this.#spans[Symbol.asyncDispose]();
    await this.ledger.close();
    await this.#reaper[Symbol.asyncDispose]();
  }
}

async function openRuntime(options: SiteOptions, ledger: RunLedger): Promise<Runtime> {
  const { tools, signal, onProgress } = options;
  if (options.runtime !== "docker") return openProcessRuntime({ ledger, tools });
  // Loaded late: a run without containers has no use for a client of the engine.
  const { openDockerRuntime } = await import("../runtime/docker.ts");
  return await openDockerRuntime({
    ledger,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}
