import type { CallOptions, CallResult, Hop, Load } from "../model/drive.ts";
import type { Recorder } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import { TIMING } from "../model/timing.ts";
import { type CallPlan, closedLoop, constantRate } from "../load/plan/call_plan.ts";
import { drive } from "../load/driver.ts";
import type { Hop as WireHop } from "../load/echo_schema.ts";
import { createGrpcClient, type GrpcClient } from "../load/grpc_client.ts";

const DEFAULT_CONCURRENCY = 10;

/** The harness as the caller of one cell: a channel for each service's entry, ids for all calls. */
export class CellLoad implements Disposable {
  readonly #cell: string;
  readonly #recorder: Recorder;
  readonly #entry: (service: string, instance?: string) => Address;
  readonly #reach: (address: Address) => Promise<Address>;
  readonly #defaultService: string;
  readonly #signal: AbortSignal;
  readonly #clients = new Map<string, Promise<GrpcClient>>();
  readonly #open = new Set<AbortController>();
  #ids = 0;

  /**
   * @param entry Where the cell sends calls of a service, or those that are for one instance alone.
   * @param reach Where the harness dials to get there.
   */
  constructor(
    cell: string,
    recorder: Recorder,
    defaultService: string,
    entry: (service: string, instance?: string) => Address,
    reach: (address: Address) => Promise<Address>,
    signal: AbortSignal,
  ) {
    this.#cell = cell;
    this.#recorder = recorder;
    this.#defaultService = defaultService;
    this.#entry = entry;
    this.#reach = reach;
    this.#signal = signal;
  }

  /** An id that no other call of the run has. */
  nextId(): string {
    return `${this.#cell}#${++this.#ids}`;
  }

  async call(phase: string, options: CallOptions = {}, index = 0, plannedT?: number): Promise<CallResult> {
    const service = options.service ?? this.#defaultService;
    const behaviour = typeof options.behaviour === "function" ? options.behaviour(index) : options.behaviour;
    const headers = typeof options.headers === "function" ? options.headers(index) : options.headers;
    const client = await this.#client(service);
    return await client.call({
      id: this.nextId(),
      phase,
      service,
      deadlineMs: options.deadlineMs ?? TIMING.deadlineMs,
      signal: this.#signal,
      ...(headers === undefined ? {} : { headers }),
      ...(behaviour === undefined || behaviour === "" ? {} : { behaviour }),
      ...(plannedT === undefined ? {} : { plannedT }),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      ...(options.next === undefined ? {} : { next: options.next.map((hop) => this.#wireHop(hop)) }),
    });
  }

  /** Makes `count` calls by the options' plan and waits for all answers. */
  async calls(phase: string, count: number, options: CallOptions = {}): Promise<readonly CallResult[]> {
    const plan = options.perSecond === undefined
      ? closedLoop(options.concurrency ?? DEFAULT_CONCURRENCY, count)
      : constantRate(options.perSecond, count);
    const stop = new AbortController();
    const timer = options.withinMs === undefined
      ? undefined
      : setTimeout(() => stop.abort(), options.withinMs);
    try {
      return await this.#drive(phase, plan, options, stop.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Begins an open loop that lasts until it is stopped, or the cell ends. */
  load(phase: string, options: CallOptions & { readonly perSecond: number }): Load {
    const stop = new AbortController();
    this.#open.add(stop);
    const results: CallResult[] = [];
    const driven = this.#drive(phase, constantRate(options.perSecond), options, stop.signal, results);
    // Whoever never stops it still must not see an unhandled rejection.
    driven.catch(() => undefined);
    return {
      results,
      stop: () => {
        stop.abort();
        this.#open.delete(stop);
        return driven;
      },
    };
  }

  /** Cancels loads that were never stopped and closes all channels. */
  [Symbol.dispose](): void {
    for (const stop of this.#open) stop.abort();
    for (const client of this.#clients.values()) client.then((open) => open.close(), () => undefined);
  }

  async #drive(
    phase: string,
    plan: CallPlan,
    options: CallOptions,
    stop: AbortSignal,
    sink?: CallResult[],
  ): Promise<readonly CallResult[]> {
    this.#recorder.record("engine", { kind: "phase", phase, edge: "begin" });
    const { results } = await drive(
      async (index, plannedT) => {
        const result = await this.call(phase, options, index, plannedT);
        sink?.push(result);
        return result;
      },
      plan,
      { now: () => this.#recorder.now(), signal: AbortSignal.any([stop, this.#signal]) },
    );
    this.#recorder.record("engine", { kind: "phase", phase, edge: "end" });
    return results;
  }

  #client(service: string): Promise<GrpcClient> {
    const client = this.#clients.get(service) ?? this.#connect(service);
    this.#clients.set(service, client);
    return client;
  }

  async #connect(service: string): Promise<GrpcClient> {
    return createGrpcClient({
      address: await this.#reach(this.#entry(service)),
      recorder: this.#recorder,
    });
  }

  #wireHop(hop: Hop): WireHop {
    return {
      service: hop.service,
      entry: this.#entry(hop.service, hop.instance),
      ...(hop.next === undefined ? {} : { request: { next: hop.next.map((next) => this.#wireHop(next)) } }),
    };
  }
}
