/** Limits of a container, between our words and the engine's. */
import type { ResourceLimits } from "../../model/runtime.ts";

/** The kernel counts CPU time by periods of this length. */
const PERIOD_MICROSECONDS = 100_000;

/** Body of POST /containers/{id}/update. */
export interface LimitUpdate {
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly Memory?: number;
  readonly MemorySwap?: number;
}

/** What the engine shows of limits in force. */
export interface LimitsInForce {
  readonly NanoCpus?: number | undefined;
  readonly CpuPeriod?: number | undefined;
  readonly CpuQuota?: number | undefined;
  readonly Memory?: number | undefined;
}

/**
 * What to send so that exactly `limits` are in force. The engine takes 0 for "as it was", so a quota is lifted by -1,
 * and a memory limit by one of all the memory that the machine has.
 *
 * @throws {RangeError} When a limit is not a positive number.
 */
export function limitUpdate(
  limits: ResourceLimits,
  before: ResourceLimits,
  machineMemoryBytes: number,
): LimitUpdate {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`Cannot limit ${name}: expected a number above 0, found ${value}`);
    }
  }
  const cpu = limits.cpus === undefined && before.cpus === undefined ? {} : {
    CpuPeriod: PERIOD_MICROSECONDS,
    CpuQuota: limits.cpus === undefined ? -1 : Math.round(limits.cpus * PERIOD_MICROSECONDS),
  };
  if (limits.memoryBytes === undefined && before.memoryBytes === undefined) return cpu;
  const memory = Math.round(limits.memoryBytes ?? machineMemoryBytes);
  // Swap counts in: with as much in total as in memory there is none. Not -1: engines before 23.0 leave out what is not
  // positive, and the kernel then refuses to raise the memory above the total that is in force.
  return { ...cpu, Memory: memory, MemorySwap: memory };
}

/** The limits that are in force. */
export function limitsInForce(shown: LimitsInForce, machineMemoryBytes: number): ResourceLimits {
  const cpus = (shown.NanoCpus ?? 0) > 0
    ? (shown.NanoCpus ?? 0) / 1e9
    : (shown.CpuQuota ?? 0) > 0
    ? (shown.CpuQuota ?? 0) / (shown.CpuPeriod || PERIOD_MICROSECONDS)
    : undefined;
  const memoryBytes = shown.Memory ?? 0;
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes > 0 && memoryBytes < machineMemoryBytes ? { memoryBytes } : {}),
  };
}
