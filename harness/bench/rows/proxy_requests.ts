import { smallRequests } from "../drivers.ts";
import type { Row } from "../row.ts";
import { LINK, proxyContenders, TOXIPROXY } from "./proxy_contenders.ts";

const WARMUP_SECONDS = 0.5;

/** How many small requests go through a proxy that does nothing to them. */
export const proxyRequests: Row = {
  id: "proxy-requests",
  remark: "64 bytes there and back on each of 20 connections, over and over; no fault is armed.",
  tools: ["bench-driver"],
  contenders: proxyContenders("echo", async ({ proxy, port }, place, { seconds }) => {
    await smallRequests(place, port, WARMUP_SECONDS);
    const before = await proxy.server.cpuSeconds();
    const { requests, seconds: took } = await smallRequests(place, port, seconds);
    const cpuSeconds = await proxy.server.cpuSeconds() - before;
    return { requestsPerSecond: requests / took, requestsPerCpuSecond: requests / cpuSeconds };
  }),
  comparisons: [{
    name: "fault proxy: small requests/s over 20 connections",
    unit: "requests/s",
    subject: LINK,
    peer: TOXIPROXY,
    figure: "requestsPerSecond",
    demand: { direction: "at least", bound: 1.1 },
  }],
};
