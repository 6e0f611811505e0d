import { H2LOAD } from "../generators.ts";
import { readyPort } from "../place.ts";
import { grpcServer, h2load } from "../programs.ts";
import { startLink, type StartProxy, startToxiproxy } from "../proxies.ts";
import type { Contender, Row } from "../row.ts";
import { LINK, TOXIPROXY } from "./proxy_contenders.ts";

const IN_FLIGHT = 100;
const LIMIT_MS = 120_000;
const SHARE_OF_CALLS = 0.15;
const AWARE = `${LINK}, aware of HTTP/2`;

function contender(name: string, start: StartProxy, protocol: "tcp" | "http2", tool?: string): Contender {
  return {
    name,
    ...tool === undefined ? {} : { tool },
    measure: async (place, effort) => {
      const calls = Math.ceil(effort.calls * SHARE_OF_CALLS);
      await using far = await place.serve(await grpcServer(place), readyPort);
      await using proxy = await start(place);
      const port = await proxy.proxyTo(far.port, protocol);
      const before = await proxy.server.cpuSeconds();
      const shape = { kind: "closed", inFlight: IN_FLIGHT, calls } as const;
      const { output } = await place.run(await h2load(place, port, shape, place.folder), {
        limitMs: LIMIT_MS,
      });
      const cpuSeconds = await proxy.server.cpuSeconds() - before;
      const report = H2LOAD.read(output);
      if (report.calls < calls) {
        throw new Error(
          `Cannot measure ${name} as each of ${calls} calls must be answered: ${report.calls} were`,
        );
      }
      return { callsPerSecond: report.callsPerSecond, callsPerCpuSecond: calls / cpuSeconds };
    },
  };
}

const CALLS = {
  name: "gRPC calls/s through the HTTP/2-aware proxy, no fault armed",
  unit: "calls/s",
  subject: AWARE,
  figure: "callsPerSecond",
  demand: { direction: "none" },
} as const;

/** What it costs that a proxy reads every frame. An honest figure without a bound: Toxiproxy cannot do this. */
export const proxyHttp2: Row = {
  id: "proxy-http2",
  remark:
    "h2load posts gRPC calls over one connection, 100 in flight, through the proxy to the Go gRPC server. " +
    "Toxiproxy and the plain link only copy bytes.",
  tools: ["bench-driver", "grpc-echo-server", "h2load"],
  contenders: [
    contender(AWARE, startLink, "http2"),
    contender(LINK, startLink, "tcp"),
    contender(TOXIPROXY, startToxiproxy, "tcp", "toxiproxy-server"),
  ],
  comparisons: [
    { ...CALLS, peer: LINK },
    { ...CALLS, peer: TOXIPROXY },
    {
      ...CALLS,
      name: "the same: gRPC calls per CPU-second of the proxy",
      peer: TOXIPROXY,
      figure: "callsPerCpuSecond",
    },
  ],
};
