import { assertEquals, assertThrows } from "@std/assert";
import { limitsInForce, limitUpdate } from "./resource_limits.ts";

const MACHINE = 8e9;

Deno.test("limitUpdate sends what is limited and leaves alone what never was", () => {
  assertEquals(limitUpdate({ cpus: 0.1 }, {}, MACHINE), { CpuPeriod: 100_000, CpuQuota: 10_000 });
  assertEquals(limitUpdate({ memoryBytes: 64e6 }, {}, MACHINE), { Memory: 64e6, MemorySwap: 64e6 });
  assertEquals(limitUpdate({}, {}, MACHINE), {});
});

Deno.test("limitUpdate lifts a limit in the engine's way, which takes 0 for as it was", () => {
  assertEquals(limitUpdate({}, { cpus: 0.5, memoryBytes: 64e6 }, MACHINE), {
    CpuPeriod: 100_000,
    CpuQuota: -1,
    Memory: MACHINE,
    MemorySwap: MACHINE,
  });
});

Deno.test("limitUpdate refuses a limit of nothing", () => {
  assertThrows(() => limitUpdate({ cpus: 0 }, {}, MACHINE), RangeError, "Cannot limit cpus");
  assertThrows(() => limitUpdate({ memoryBytes: NaN }, {}, MACHINE), RangeError, "found NaN");
});

Deno.test("limitsInForce reads both ways of writing a share of cores, and no limit as none", () => {
  assertEquals(limitsInForce({ NanoCpus: 0, CpuQuota: 0, CpuPeriod: 0, Memory: 0 }, MACHINE), {});
  assertEquals(limitsInForce({ NanoCpus: 25e7 }, MACHINE), { cpus: 0.25 });
  assertEquals(limitsInForce({ CpuQuota: 10_000, CpuPeriod: 50_000, Memory: 1e6 }, MACHINE), {
    cpus: 0.2,
    memoryBytes: 1e6,
  });
  assertEquals(limitsInForce({ CpuQuota: -1, CpuPeriod: 100_000, Memory: MACHINE }, MACHINE), {});
});
