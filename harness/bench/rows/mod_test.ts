import { assert, assertEquals } from "@std/assert";
import { defaultPinFolder, toolNames } from "../../runtime/tool_pin.ts";
import { ROWS } from "./mod.ts";

Deno.test("ROWS have ids of their own, and compare contenders that they measure", async () => {
  const tools = await toolNames(defaultPinFolder());
  assertEquals(new Set(ROWS.map(({ id }) => id)).size, ROWS.length);
  for (const { id, contenders, comparisons, tools: needed } of ROWS) {
    const names = contenders.map(({ name }) => name);
    assertEquals(new Set(names).size, names.length, id);
    for (const { subject, peer, peerIsOwnFigure } of comparisons) {
      assert(names.includes(subject), `${id}: ${subject}`);
      assert(peerIsOwnFigure || names.includes(peer), `${id}: ${peer}`);
    }
    const asked = [...needed, ...contenders.flatMap(({ tool }) => tool ?? [])];
    for (const tool of asked) assert(tools.includes(tool), `${id}: ${tool}`);
  }
});

Deno.test("ROWS demand what issue 6 demands", () => {
  const demands = ROWS.flatMap(({ id, comparisons }) =>
    comparisons.flatMap(({ peer, figure, demand }) =>
      demand.direction === "none" ? [] : [`${id} ${figure} ${demand.direction} ${demand.bound} of ${peer}`]
    )
  );
  assertEquals(demands, [
    "unary-calls callsPerCpuSecond at least 1 of h2load",
    "unary-calls callsPerCpuSecond at least 10 of ghz",
    "arrival-lag lagP99Ms at most 0.25 of ghz",
    "arrival-lag lagP99Ms at most 0.25 of autocannon",
    `arrival-lag cpuSeconds at most ${1 / 3} of ghz`,
    "held-rate heldRate at least 3 of ghz",
    "memory peakMebibytes at most 0.5 of ghz",
    "memory peakMebibytes at most 0.5 of autocannon",
    "proxy-throughput bytesPerSecond at least 1.8 of Toxiproxy",
    "proxy-throughput bytesPerCpuSecond at least 3 of Toxiproxy",
    "proxy-requests requestsPerSecond at least 1.1 of Toxiproxy",
    "proxy-delay errorP99Ms at most 1 of Toxiproxy",
    "proxy-delay errorP99Ms at most 1 of 1 ms",
    "stall p99Ms within 0.01 of theory",
  ]);
});
