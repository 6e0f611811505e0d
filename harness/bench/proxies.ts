/** The fault proxies, ours and Toxiproxy: started as users start them, and told by the same HTTP API. */
import type { RunningProcess } from "../model/process.ts";
import { pause } from "../model/pause.ts";
import { awaitReady } from "../runtime/await_ready.ts";
import { freePorts } from "../runtime/free_ports.ts";
import { type Place, readyPort, type Server } from "./place.ts";
import { meshproof } from "./programs.ts";

/** A proxy process that can be told to make proxies. */
export interface FaultProxy extends AsyncDisposable {
  readonly server: Server;
  /**
   * Makes a proxy before a port of this machine; returns its own port.
   *
   * @param protocol What ours is to understand of what goes through; Toxiproxy knows TCP alone. @default "tcp"
   */
  proxyTo(upstreamPort: number, protocol?: "tcp" | "http2"): Promise<number>;
  /** Adds a constant delay on the way back, in milliseconds. */
  delay(delayMs: number): Promise<void>;
}

/** How one is started. */
export type StartProxy = (place: Place) => Promise<FaultProxy>;

const NAME = "bench";
const ANSWER_LIMIT_MS = 10_000;
const BETWEEN_LOOKS_MS = 10;

export const startLink: StartProxy = async (place) => {
  const server = await place.serve(meshproof("link", "--listen", "127.0.0.1:0", "--json"), readyPort);
  return faultProxy(server, server.port);
};

export const startToxiproxy: StartProxy = async (place) => {
  const [port] = freePorts(1);
  if (port === undefined) throw new Error("Cannot start Toxiproxy: expected a free port, found none");
  const server = await place.serve(
    {
      title: "toxiproxy-server",
      command: await place.tool("toxiproxy-server"),
      args: ["-host", "127.0.0.1", "-port", String(port)],
    },
    // It says so shortly before it listens.
    (line) => line.includes("HTTP server") ? port : undefined,
  );
  await answers(port, server.process);
  return faultProxy(server, port);
};

/** Waits until the API takes requests. */
async function answers(port: number, process: RunningProcess): Promise<void> {
  await awaitReady(process, async (signal) => {
    while (!signal.aborted) {
      const response = await fetch(`http://127.0.0.1:${port}/version`, { signal }).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return;
      await pause(BETWEEN_LOOKS_MS, signal);
    }
  }, { timeoutMs: ANSWER_LIMIT_MS, what: "an answer of its API" });
}

function faultProxy(server: Server, apiPort: number): FaultProxy {
  const post = async (path: string, body: unknown): Promise<{ readonly listen?: string }> => {
    const response = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new Error(`Cannot tell the proxy ${path}: expected success, found ${response.status} ${text}`);
  };
  return {
    server,
    proxyTo: async (upstreamPort, protocol = "tcp") => {
      const { listen = "" } = await post("/proxies", {
        name: NAME,
        listen: "127.0.0.1:0",
        upstream: `127.0.0.1:${upstreamPort}`,
        enabled: true,
        ...protocol === "tcp" ? {} : { protocol },
      });
      return Number(listen.slice(listen.lastIndexOf(":") + 1));
    },
    delay: async (delayMs) => {
      const attributes = { latency: delayMs, jitter: 0 };
      await post(`/proxies/${NAME}/toxics`, {
        type: "latency",
        stream: "downstream",
        toxicity: 1,
        attributes,
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
