import type { EtcdCluster } from "../runtime/etcd_cluster.ts";
import { createProcessRuntime, type ProcessRuntime } from "../runtime/process.ts";
import { RunLedger } from "../runtime/run_ledger.ts";
import { type Reaper, startReaper } from "../runtime/reaper.ts";
import type { Tools } from "../runtime/tools.ts";
import { openOtlpReceiver, type OtlpReceiver } from "../observe/otlp_receiver.ts";
import type { Recorder } from "../model/event.ts";
import { RunClock } from "./history_file.ts";
import { startRegistry } from "./registry.ts";
import { ServicePool } from "./service_pool.ts";

/** What a site is made for. */
export interface SiteOptions {
  readonly runId: string;
  readonly seed: number;
  /** Folder of the run: histories, logs, reports. */
  readonly out: string;
  /** Folder of the ledgers. */
  readonly stateFolder: string;
  readonly tools: Tools;
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
  /** Seconds that each part of the set-up took. */
  readonly parts: Record<string, number> = {};
  readonly #reaper: Reaper;
  readonly #processes: ProcessRuntime;
  readonly #spans: OtlpReceiver;
  /** Cells that spans may arrive for, by the token in their URL. */
  readonly #spanSinks: Map<string, Recorder>;
  #registry: Promise<EtcdCluster> | undefined;

  private constructor(
    options: SiteOptions,
    clock: RunClock,
    ledger: RunLedger,
    reaper: Reaper,
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
    this.#processes = createProcessRuntime({ ledger, logFolder: `${options.out}/logs` });
    this.#spans = spans;
    this.#spanSinks = sinks;
    this.services = new ServicePool(this.#processes.spawn, options.seed);
  }

  static async open(options: SiteOptions): Promise<Site> {
    const ledger = await RunLedger.open(options.stateFolder, options.runId);
    const reaper = startReaper(options.stateFolder, ledger);
    const sinks = new Map<string, Recorder>();
    const clock = new RunClock();
    const spans = openOtlpReceiver({
      recorder: { fromEpoch: (milliseconds) => clock.fromEpoch(milliseconds) },
      onRefused: (reason, token) =>
        sinks.get(token)?.record("engine", { kind: "note", text: `spans refused: ${reason}` }),
      onSpan: (span, { token }) => sinks.get(token)?.record("mesh", span, span.endT),
    });
    return new Site(options, clock, ledger, reaper, spans, sinks);
  }

  /** The registry that cells share, each under a prefix of its own; started when it is first asked for. */
  registry(): Promise<EtcdCluster> {
    return this.#registry ??= this.timed(
      "registry",
      async () =>
        await startRegistry(
          this.#processes.spawn,
          this.ledger,
          await this.tools.path("etcd"),
          "registry",
          "steady",
        ),
    );
  }

  /** Opens a span address for a cell. Spans that come after `close` are dropped. */
  receiveSpans(token: string, recorder: Recorder): { readonly url: string; close(): void } {
    this.#spanSinks.set(token, recorder);
    return { url: this.#spans.urlFor(token), close: () => void this.#spanSinks.delete(token) };
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
    await this.#processes.disposeAll(0);
    await this.#spans[Symbol.asyncDispose]();
    await this.ledger.close();
    await this.#reaper[Symbol.asyncDispose]();
  }
}
