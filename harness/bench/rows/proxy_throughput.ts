import { blast } from "../drivers.ts";
import type { Row } from "../row.ts";
import { LINK, proxyContenders, TOXIPROXY } from "./proxy_contenders.ts";

/** Before the measurement, so that neither side pays for its first bytes. */
const WARMUP_SECONDS = 0.5;

/** How much goes through a proxy that does nothing to it, and what that costs. */
export const proxyThroughput: Row = {
  id: "proxy-throughput",
  remark:
    "One connection, writes of 256 KiB to a sink that counts; no fault is armed. Half a second before does not count.",
  tools: ["bench-driver"],
  contenders: proxyContenders("sink", async ({ proxy, port }, place, { seconds }) => {
    await blast(place, port, WARMUP_SECONDS);
    const before = await proxy.server.cpuSeconds();
    const { bytes, seconds: took } = await blast(place, port, seconds);
    const cpuSeconds = await proxy.server.cpuSeconds() - before;
    return { bytesPerSecond: bytes / took, bytesPerCpuSecond: bytes / cpuSeconds };
  }),
  comparisons: [
    {
      name: "fault proxy, no fault armed: bytes/s",
      unit: "bytes/s",
      subject: LINK,
      peer: TOXIPROXY,
      figure: "bytesPerSecond",
      demand: { direction: "at least", bound: 1.8 },
    },
    {
      name: "the same: bytes per CPU-second of the proxy",
      unit: "bytes/s",
      subject: LINK,
      peer: TOXIPROXY,
      figure: "bytesPerCpuSecond",
      demand: { direction: "at least", bound: 3 },
    },
  ],
};
