import type { Address } from "./mesh.ts";
import type { Pod, RunningProcess, Spawn } from "./process.ts";

/** Where processes can live: as children of the harness on loopback, or in containers. */
export const RUNTIME_NAMES = ["process", "docker"] as const;
export type RuntimeName = typeof RUNTIME_NAMES[number];

/** Why a runtime cannot drive a scenario; `saysRuntimeLacks` knows such a reason again in a report. */
export function runtimeLacks(runtime: RuntimeName, what: string): string {
  return `${LACKS}${runtime} has no ${what}`;
}

/** Whether a reason is that of `runtimeLacks`: nothing that a mesh could do anything about. */
export function saysRuntimeLacks(reason: string): boolean {
  return reason.startsWith(LACKS);
}

const LACKS = "the runtime ";

/** How a server met a connection: `answered` with some bytes, took it and stayed `silent`, or an error code. */
export type Knock = "answered" | "silent" | (string & Record<never, never>);

/**
 * Where one cell lives. In containers it is a network of its own that leads nowhere else; as processes it is the
 * loopback. All addresses that programs are given are those of the cell (`pod.host:port`); the harness, which stands
 * outside, reaches them by `reach` and is reached by `expose`.
 */
export interface CellRuntime extends AsyncDisposable {
  readonly kind: RuntimeName;
  readonly spawn: Spawn;
  /** Makes a pod. */
  pod(name: string): Promise<Pod>;
  /**
   * Lets a process that lives elsewhere in the run (a shared registry's member, a pooled service) take part in this
   * cell until it ends. Returns the host at which the cell reaches it.
   */
  admit(process: RunningProcess): Promise<string>;
  /** Where the harness dials to reach an address of the cell. The same address gives the same answer. */
  reach(address: Address): Promise<Address>;
  /** Where what lives in the cell dials to reach a server that the harness runs on loopback. */
  expose(address: Address): Promise<Address>;
  /** Connects from inside the cell, says hello in HTTP/2, and tells what came back within `limitMs`. */
  knock(address: Address, limitMs: number): Promise<Knock>;
  /** Listens at a place that nothing listens at any more, and tells of each connection. */
  occupy(pod: Pod, port: number, onConnection: () => void): Promise<AsyncDisposable>;
  /** Kernel faults and rules; only where each pod has a network namespace of its own. */
  readonly kernel?: CellKernel;
}

/** Limits of one process. Absent: without a limit. */
export interface ResourceLimits {
  /** Share of cores, such as 0.1. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

/** The kernel's side of a cell in containers. Whatever is done here is on the ledger and ends with the cell. */
export interface CellKernel {
  /**
   * Runs a program (iptables, nft, tc, ip, ss ...) as root with NET_ADMIN in a pod's network namespace.
   *
   * @param undo The command line that takes it back, for the ledger; absent where it changes nothing.
   * @returns Standard output.
   * @throws {Error} When it exits with another code than 0, with its own words.
   */
  run(pod: Pod, commandLine: readonly string[], undo?: readonly string[]): Promise<string>;
  /** Takes a pod off the cell's network, as by a pulled cable. */
  disconnect(pod: Pod): Promise<void>;
  /** Puts it back at the same address. */
  connect(pod: Pod): Promise<void>;
  /** Whether the pod is on the cell's network, as the engine says. */
  isConnected(pod: Pod): Promise<boolean>;
  /** Sets limits and returns what was in force before. */
  limit(process: RunningProcess, limits: ResourceLimits): Promise<ResourceLimits>;
  /** What the control group counts of a process. */
  usage(process: RunningProcess): Promise<ResourceUsage>;
}

/** Counters of a control group. */
export interface ResourceUsage {
  readonly cpuSeconds: number;
  /** Periods in which it was held back for lack of quota. */
  readonly throttledPeriods: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** How often the kernel ended something in it for lack of memory. */
  readonly outOfMemoryKills: number;
}
