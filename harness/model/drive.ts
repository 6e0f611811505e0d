import type { Address, KeyPair, PushOutcome } from "./mesh.ts";
import type { Policy } from "./policy.ts";
import type { Recorder } from "./event.ts";

/** A further call that the called service makes before it answers. */
export interface Hop {
  readonly service: string;
  readonly next?: readonly Hop[];
}

/** How calls are made. A function is asked with the call's index, from 0. */
export interface CallOptions {
  /** Default: the first service of the topology. */
  readonly service?: string;
  readonly headers?: Readonly<Record<string, string>> | ((index: number) => Readonly<Record<string, string>>);
  /** `rpc-behavior` of the reference services: see `fixtures/services/behaviour.ts`. */
  readonly behaviour?: string | ((index: number) => string);
  readonly deadlineMs?: number;
  /** Closed loop: so many at once. Default 10. */
  readonly concurrency?: number;
  /** Open loop in place of the closed one: planned at this rate, whatever the answers do. */
  readonly perSecond?: number;
  /** No further call is begun once so long has passed; the rest of the plan is left out. */
  readonly withinMs?: number;
  readonly trace?: boolean;
  readonly next?: readonly Hop[];
}

/** What the caller saw. */
export interface CallResult {
  readonly id: string;
  readonly status: string;
  readonly message: string;
  readonly instance: string;
  readonly sentT: number;
  readonly answeredT: number;
}

/** Load that goes on beside other steps until it is stopped. */
export interface Load {
  /** Stops planning, waits for what is in flight, gives all results. */
  stop(): Promise<readonly CallResult[]>;
  /** Results so far, in the order of their answers. */
  readonly results: readonly CallResult[];
}

/** A fault that is in force. Healing twice is harmless; whatever is not healed is healed at the end of the cell. */
export interface Broken {
  readonly name: string;
  heal(): Promise<void>;
}

/** One instance of a service, as a drive handles it. */
export interface InstanceHandle {
  readonly id: string;
  readonly service: string;
  readonly address: Address;
  /** Registers it; resolves when the registry acknowledged. */
  register(): Promise<void>;
  /** SIGKILL, as a fault with its witness. */
  kill(): Promise<Broken>;
  /** SIGSTOP, as a fault with its witness; heal resumes it. */
  pause(): Promise<Broken>;
  /** Listens in place of the killed instance and records every connection that still comes. */
  tombstone(): Promise<void>;
}

/** Faults of a hop that runs through a link; the name is one of `environment.links`. */
export interface LinkHandle {
  latency(delayMs: number, jitterMs?: number): Promise<Broken>;
  blackhole(direction: "up" | "down" | "both"): Promise<Broken>;
  /** Open connections are reset and new ones refused. */
  sever(): Promise<Broken>;
  reset(): Promise<Broken>;
  cutAfter(bytes: number): Promise<Broken>;
}

/** The registry of the cell. */
export interface RegistryHandle {
  /** SIGKILL of the leader, as a fault whose witness is a new leader. Only with `registry: "own"`. */
  killLeader(): Promise<Broken>;
  /** Whether the instance's key is there now. */
  has(service: string, instance: string): Promise<boolean>;
}

/** A long-lived mutual TLS session to an inbound door. */
export interface TlsHandle {
  /** False when it could not be opened, and once either side has closed it. */
  readonly isOpen: boolean;
  /** One call on the open session. */
  call(phase: string, behaviour?: string): Promise<CallResult>;
  close(): Promise<void>;
}

/** What a scenario's drive may do. Everything it does is on the history. */
export interface Drive {
  readonly policy: Policy;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** Makes `count` calls and waits for all answers. */
  calls(phase: string, count: number, options?: CallOptions): Promise<readonly CallResult[]>;
  /** Makes one call. */
  call(phase: string, options?: CallOptions): Promise<CallResult>;
  /** Begins an open-loop load that goes on until it is stopped. */
  load(phase: string, options: CallOptions & { readonly perSecond: number }): Load;
  /** Offers another policy file (beside the scenario) and waits for the data plane's answer. */
  push(file: string): Promise<PushOutcome>;
  /** Polls a condition until it holds or `limitMs` passed, and records how long it took. */
  converge(what: string, limitMs: number, holds: () => Promise<boolean> | boolean): Promise<boolean>;
  /** Waits until upstreams received `count` attempts of the phase's calls, or `limitMs` passed. */
  received(phase: string, count: number, limitMs: number): Promise<boolean>;
  /** Waits until every upstream has exported its spans and no new span has come for a while, at most `limitMs`. */
  spansSettle(limitMs: number): Promise<void>;
  /** Lets a time that the policy names pass. */
  elapse(why: string, durationMs: number): Promise<void>;
  instances(service?: string): readonly InstanceHandle[];
  spares(service?: string): readonly InstanceHandle[];
  link(name: string): LinkHandle;
  readonly registry: RegistryHandle;
  /** One mutual TLS handshake and call; `certificate: false` shows none. The result is on the history. */
  handshake(
    phase: string,
    options?: { service?: string; certificate?: boolean },
  ): Promise<{ served: boolean; serial: string }>;
  /** Opens a session with a valid client certificate that stays open. */
  tlsSession(service?: string): Promise<TlsHandle>;
  /** Issues a new leaf for the inbound doors and offers it to the mesh. */
  rotate(): Promise<KeyPair>;
}
