/** Faults that the kernel makes, in pods that have network namespaces and control groups of their own. */
export { type BandwidthOptions, limitBandwidth } from "./bandwidth.ts";
export type { CutSettings } from "./cut_fault.ts";
export { disconnect, type DisconnectOptions } from "./disconnect.ts";
export { limitCpu, type LimitCpuOptions } from "./limit_cpu.ts";
export { limitMemory, type LimitMemoryOptions } from "./limit_memory.ts";
export { isNetemSupported, netem, type NetemEffects, type NetemOptions } from "./netem.ts";
export { isolate, minority, partition, type PartitionOptions, ring, type Side } from "./partition.ts";
export { UnsupportedFaultError } from "./unsupported.ts";
