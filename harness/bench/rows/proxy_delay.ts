import { missedDelay } from "../drivers.ts";
import type { Row } from "../row.ts";
import { LINK, proxyContenders, TOXIPROXY } from "./proxy_contenders.ts";

const ASKED_MS = 10;
const LIMIT_MS = 1;
/** Of each of four connections: a p99 has ten of all beyond it. */
const PROBES = 300;
const PROBES_QUICK = 60;
const WARMUP_PROBES = 100;

const MISS = {
  name: "added delay, asked 10 ms: p99 of the error beyond the direct round trip",
  unit: "ms",
  subject: LINK,
  figure: "errorP99Ms",
  demand: { direction: "at most", bound: 1 },
} as const;

/** How exactly a proxy delays. */
export const proxyDelay: Row = {
  id: "proxy-delay",
  remark:
    "64 bytes there and back on each of 4 connections; the error is |round trip - direct median - 10 ms|.",
  tools: ["bench-driver"],
  contenders: proxyContenders("echo", async ({ proxy, port, directPort }, place, { isQuick }) => {
    await proxy.delay(ASKED_MS);
    const ports = { direct: directPort, through: port };
    // So that neither side pays for what it does for the first time.
    await missedDelay(place, ports, ASKED_MS, WARMUP_PROBES);
    const miss = await missedDelay(place, ports, ASKED_MS, isQuick ? PROBES_QUICK : PROBES);
    return { errorP99Ms: miss.errorP99Ms, errorP50Ms: miss.errorP50Ms, limitMs: LIMIT_MS };
  }),
  comparisons: [
    { ...MISS, peer: TOXIPROXY },
    { ...MISS, peer: "1 ms", peerFigure: "limitMs", peerIsOwnFigure: true },
  ],
};
