import { pause } from "../model/pause.ts";
import { errorText } from "../model/error_text.ts";
import type {
  CallOptions,
  CallResult,
  Drive,
  InstanceHandle,
  KernelHandle,
  LinkHandle,
  Load,
  RegistryHandle,
  SidecarHandle,
  TlsHandle,
} from "../model/drive.ts";
import type { Recorder } from "../model/event.ts";
import type { Address, Authority, KeyPair, PushOutcome, StartedMesh } from "../model/mesh.ts";
import type { Policy } from "../model/policy.ts";
import type { Scenario } from "../model/scenario.ts";
import { TIMING } from "../model/timing.ts";
import { rotateCertificate } from "../faults/certificate.ts";
import { growForest } from "../judge/span_forest.ts";
import { probeTls, type TlsProbeResult } from "../load/tls_probe.ts";
import { openTlsSession } from "../load/tls_session.ts";
import type { CellFaults } from "./cell_faults.ts";
import type { CellInstance } from "./cell_instance.ts";
import type { CellInterception } from "./cell_interception.ts";
import type { CellLoad } from "./cell_load.ts";
import type { HistoryFile } from "./history_file.ts";
import type { Hops } from "./hops.ts";

/** What a drive is made of; the cell builds it. */
export interface CellParts {
  readonly policy: Policy;
  readonly history: HistoryFile;
  readonly signal: AbortSignal;
  readonly mesh: StartedMesh;
  readonly load: CellLoad;
  readonly hops: Hops;
  readonly faults: CellFaults;
  readonly defaultService: string;
  readonly authority: Authority;
  readonly registry: RegistryHandle;
  readonly kernel: KernelHandle;
  /** Only in an intercepted cell. */
  readonly interception?: CellInterception | undefined;
  readonly instances: readonly InstanceHandle[];
  readonly spares: readonly InstanceHandle[];
  readonly workers: readonly CellInstance[];
  readonly readPolicy: (file: string) => Promise<Policy>;
  /** Where the harness dials to reach an address of the cell. */
  readonly reach: (address: Address) => Promise<Address>;
}

/** Pause between two looks at a condition that is waited for. */
const POLL_MS = 20;
/** No new span for so long, and the last have come: longer than any exporter's own delay but for Envoy's. */
const SPANS_QUIET_MS = 400;

/** What a scenario drives: each step does what it says and leaves it on the history. */
export class CellDrive implements Drive {
  readonly policy: Policy;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly registry: RegistryHandle;
  readonly kernel: KernelHandle;
  readonly #parts: CellParts;

  constructor(parts: CellParts) {
    this.#parts = parts;
    this.policy = parts.policy;
    this.recorder = parts.history;
    this.signal = parts.signal;
    this.registry = parts.registry;
    this.kernel = parts.kernel;
  }

  /** Drives a scenario, but for no longer than the cell lives. */
  async run(scenario: Pick<Scenario, "drive">): Promise<void> {
    const ended = Promise.withResolvers<never>();
    // A drive that awaits nothing of the harness's would outlive the cell's limit.
    const stop = () => ended.reject(this.signal.reason);
    this.signal.addEventListener("abort", stop, { once: true });
    ended.promise.catch(() => undefined);
    await Promise.race([scenario.drive(this), ended.promise]);
    this.signal.removeEventListener("abort", stop);
  }

  calls(phase: string, count: number, options?: CallOptions): Promise<readonly CallResult[]> {
    this.signal.throwIfAborted();
    return this.#parts.load.calls(phase, count, options);
  }

  call(phase: string, options?: CallOptions): Promise<CallResult> {
    this.signal.throwIfAborted();
    return this.#parts.load.call(phase, options);
  }

  load(phase: string, options: CallOptions & { readonly perSecond: number }): Load {
    this.signal.throwIfAborted();
    return this.#parts.load.load(phase, options);
  }

  async push(file: string): Promise<PushOutcome> {
    const policy = await this.#parts.readPolicy(file);
    this.#note(`push ${file}`);
    const outcome = await this.#parts.mesh.apply(policy, TIMING.pushAnsweredMs);
    this.#note(`push ${file}: ${outcome.outcome} ${outcome.version} ${outcome.error}`);
    return outcome;
  }

  async converge(what: string, limitMs: number, holds: () => Promise<boolean> | boolean): Promise<boolean> {
    const beganT = this.recorder.now();
    let met = false;
    while (true) {
      this.signal.throwIfAborted();
      met = await holds();
      if (met || this.recorder.now() - beganT >= limitMs) break;
      await this.#pause(POLL_MS);
    }
    const afterMs = this.recorder.now() - beganT;
    // Seen to hold, but too late, is not met: the last look may itself have taken long.
    met &&= afterMs <= limitMs;
    this.recorder.record("engine", { kind: "converged", what, met, afterMs, limitMs });
    return met;
  }

  received(phase: string, count: number, limitMs: number): Promise<boolean> {
    const { events } = this.#parts.history;
    const ids = new Set<string>();
    let attempts = 0;
    let read = 0;
    return this.converge(`${count} attempts of "${phase}" received`, limitMs, () => {
      for (; read < events.length; read++) {
        const event = events[read];
        if (event?.kind === "request.sent" && event.phase === phase) ids.add(event.id);
        if (event?.kind === "attempt.received" && ids.has(event.id)) attempts++;
      }
      return attempts >= count;
    });
  }

  async spansSettle(limitMs: number): Promise<void> {
    const { events } = this.#parts.history;
    await this.flush();
    let count = -1;
    let since = performance.now();
    await this.converge("spans have arrived", limitMs, () => {
      const spans = events.filter((event) => event.kind === "span");
      const hasOrphan = growForest(spans).orphans.length > 0;
      if (spans.length !== count) {
        count = spans.length;
        since = performance.now();
      }
      return count > 0 && !hasOrphan && performance.now() - since >= SPANS_QUIET_MS;
    });
  }

  /** Every live instance has written its ledger and exported its spans. */
  async flush(): Promise<void> {
    const live = this.#parts.workers.filter(({ worker }) => !worker.broken);
    await Promise.all(live.map(({ worker }) => worker.command({ command: "flush" })));
  }

  elapse(why: string, durationMs: number): Promise<void> {
    this.#note(`let ${Math.max(0, durationMs).toFixed(0)} ms pass: ${why}`);
    return this.#pause(durationMs);
  }

  instances(service: string = this.#parts.defaultService): readonly InstanceHandle[] {
    return this.#parts.instances.filter((instance) => instance.service === service);
  }

  spares(service: string = this.#parts.defaultService): readonly InstanceHandle[] {
    return this.#parts.spares.filter((instance) => instance.service === service);
  }

  link(name: string): LinkHandle {
    return this.#parts.hops.handle(name);
  }

  sidecar(instance: string): SidecarHandle {
    return this.#interception.sidecar(this.#parts.mesh, instance);
  }

  async countConnections(): Promise<void> {
    await this.#interception.countConnections();
  }

  get #interception(): CellInterception {
    const { interception } = this.#parts;
    if (interception !== undefined) return interception;
    throw new TypeError(
      "Cannot handle sidecars: expected an intercepted cell, found none; ask for environment: { interception: {} }",
    );
  }

  async handshake(
    phase: string,
    options: { service?: string; certificate?: boolean } = {},
  ): Promise<{ served: boolean; serial: string }> {
    this.signal.throwIfAborted();
    const { id, outcome, serial, protocol, detail } = await this.#probe(phase, options);
    this.recorder.record("client", { kind: "handshake", phase, id, outcome, serial, protocol, detail });
    return { served: outcome === "served", serial };
  }

  async #probe(
    phase: string,
    options: { service?: string; certificate?: boolean } = {},
  ): Promise<TlsProbeResult & { readonly id: string }> {
    const id = this.#parts.load.nextId();
    const result = await probeTls({
      address: await this.#parts.reach(
        this.#parts.mesh.inbound(options.service ?? this.#parts.defaultService),
      ),
      trustBundle: this.#parts.authority.bundle,
      headers: { "x-meshproof-id": id, "x-meshproof-phase": phase },
      signal: this.signal,
      ...(options.certificate === false ? {} : { certificate: await this.#peer() }),
    });
    return { ...result, id };
  }

  async tlsSession(service: string = this.#parts.defaultService): Promise<TlsHandle> {
    const { mesh, authority, load, reach } = this.#parts;
    const session = await openTlsSession({
      address: await reach(mesh.inbound(service)),
      trustBundle: authority.bundle,
      certificate: await this.#peer(),
      signal: this.signal,
    }, this.recorder).catch((error: unknown) => {
      // A door that cannot be entered is a finding, not a broken harness: the judge sees no call, and why.
      this.#note(
        `no session with the inbound door of ${service}: ${errorText(error)}`,
      );
      return undefined;
    });
    return {
      get isOpen() {
        return session?.isOpen ?? false;
      },
      call: async (phase, behaviour) => {
        if (session === undefined) return unreachable(this.recorder.now());
        return await session.call({
          id: load.nextId(),
          phase,
          service,
          deadlineMs: TIMING.deadlineMs,
          ...(behaviour === undefined ? {} : { behaviour }),
        });
      },
      close: async () => await session?.close(),
    };
  }

  async rotate(): Promise<KeyPair> {
    const identity = await this.#parts.authority.issue(this.#parts.defaultService);
    await this.#parts.faults.inject(rotateCertificate({
      identity,
      rotate: (offered) => this.#parts.mesh.rotate(offered),
      probe: async () => (await this.#probe("witness")).serial,
      limitMs: TIMING.rotationConvergesMs,
    }));
    return identity;
  }

  #peerCertificate: Promise<KeyPair> | undefined;
  #peer(): Promise<KeyPair> {
    return this.#peerCertificate ??= this.#parts.authority.issue("client");
  }

  #note(text: string): void {
    this.recorder.record("engine", { kind: "note", text });
  }

  async #pause(durationMs: number): Promise<void> {
    await pause(durationMs, this.signal);
    this.signal.throwIfAborted();
  }
}

function unreachable(t: number): CallResult {
  return { id: "", status: "UNAVAILABLE", message: "no session", instance: "", sentT: t, answeredT: t };
}
