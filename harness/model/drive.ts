import type { Address, KeyPair, PushOutcome } from "./mesh.ts";
import type { Policy } from "./policy.ts";
import type { Recorder } from "./event.ts";

/** A further call that the called service makes before it answers. */
export interface Hop {
  readonly service: string;
  /** Dials this instance itself, by its plain address. Default: the mesh's entry for the service. */
  readonly instance?: string;
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

/** The proxy in the pod of an instance. A mesh that has none has a handle all the same, whose faults nobody witnesses. */
export interface SidecarHandle {
  /** SIGKILL, as a fault with its witness, named `kill sidecar of <instance>`. It stays dead. */
  kill(): Promise<Broken>;
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

/** How packets between two sides are stopped. */
export interface PartitionRequest {
  /** `one-way`: packets of the first side do not get to the second; those of the second get through. @default "both" */
  readonly direction?: "both" | "one-way";
  /** `drop`: lost without a word. `reject`: the sender's connections are reset. @default "drop" */
  readonly action?: "drop" | "reject";
}

/** What becomes of the packets that are sent. Shares are from 0 to 1. */
export interface NetemRequest {
  readonly delayMs?: number;
  /** Uniform, on both sides of the delay, and less than it. */
  readonly jitterMs?: number;
  readonly lossShare?: number;
  readonly duplicateShare?: number;
  /** These overtake the others; needs a delay. */
  readonly reorderShare?: number;
}

/** One member of the cell by its name, or several. */
export type Members = string | readonly string[];

/**
 * Faults that the kernel makes, each with its witness. Only with `environment.kernel`. Members are named as instances
 * are (`InstanceHandle.id`); with `registry: "own"` also `registry-1` to `registry-3`. In the history a fault is named
 * as its method says.
 */
export interface KernelHandle {
  /** Named `partition a | b`, one-way `partition a -> b`; several on a side are listed with commas. */
  partition(first: Members, second: Members, request?: PartitionRequest): Promise<Broken>;
  /** Nobody hears it and it hears nobody, whoever that is. Named `isolate a`. */
  isolate(member: string, request?: Pick<PartitionRequest, "action">): Promise<Broken>;
  /** Cuts fewer than half of a group (default: the registry's members) from the rest. Named `minority a, b`. */
  minority(
    members: Members,
    of?: readonly string[],
    request?: Pick<PartitionRequest, "action">,
  ): Promise<Broken>;
  /** Each hears only its two neighbours in the list. Named `ring a, b, c, d`. */
  ring(members: readonly string[], request?: Pick<PartitionRequest, "action">): Promise<Broken>;
  /** Pulls its cable; the heal puts it back at the same address. Named `disconnect a`. */
  disconnect(member: string): Promise<Broken>;
  /** A share of cores, such as 0.1. Named `limit cpu a`. */
  limitCpu(member: string, cpus: number): Promise<Broken>;
  /** Named `limit memory a`. */
  limitMemory(member: string, memoryBytes: number): Promise<Broken>;
  /** What it may send. Named `bandwidth a`. */
  bandwidth(member: string, bytesPerSecond: number): Promise<Broken>;
  /**
   * What becomes of the packets that it sends. Named `netem a`.
   *
   * @param peer Who receives from it and so can tell. Default: any other member.
   * @throws {Error} Named `UnsupportedFaultError` where the kernel has no netem: let it through, and the cell is
   * `unsupported` with the kernel's words.
   */
  netem(member: string, request: NetemRequest, peer?: string): Promise<Broken>;
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
  /** The proxy in the pod of an instance; only in a cell with `environment.interception`. */
  sidecar(instance: string): SidecarHandle;
  /** Reads the kernel's own count of connections in every intercepted pod, and records it. */
  countConnections(): Promise<void>;
  readonly registry: RegistryHandle;
  readonly kernel: KernelHandle;
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
