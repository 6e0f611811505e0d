/** The run's relay: the only container with a published port, on the networks of all cells. */
import type { Spawn } from "../../model/process.ts";
import { spawnUntilLine } from "../await_ready.ts";
import { DockerError } from "./docker_error.ts";
import type { DockerPod } from "./docker_pod.ts";
import { Tunnel } from "./tunnel.ts";
import { readRelayReady, relayProgram } from "./tunnel_protocol.ts";

/** In the relay's own pod, where nothing else listens. */
export const RELAY_PORT = 7000;
/** A loaded machine starts a dozen containers at once. */
const READY_LIMIT_MS = 60_000;

/** A relay that carries. */
export interface Relay extends AsyncDisposable {
  readonly pod: DockerPod;
  readonly tunnel: Tunnel;
}

/** Where it lives: a cell of its own, whose network is not internal. */
export interface RelayHome {
  readonly spawn: Spawn;
  pod(name: string, options: { readonly publishedPort: number }): Promise<DockerPod>;
}

/** Starts it. @throws {Error} When it does not listen or cannot be reached. */
export async function startRelay(cell: RelayHome): Promise<Relay> {
  const token = crypto.randomUUID();
  const pod = await cell.pod("relay", { publishedPort: RELAY_PORT });
  await spawnUntilLine(
    cell.spawn,
    {
      name: "relay",
      program: { script: "relay" },
      pod,
      ...relayProgram({ bind: pod.bind, port: RELAY_PORT, token }),
    },
    readRelayReady,
    { timeoutMs: READY_LIMIT_MS, what: "the relay to listen" },
  );
  const { inspection, name } = await pod.sandbox;
  const published = inspection.NetworkSettings.Ports[`${RELAY_PORT}/tcp`]?.[0];
  if (published === undefined) {
    throw new DockerError(
      "refused",
      `Cannot reach the containers of this run: expected the port ${RELAY_PORT} of ${name} to be published on 127.0.0.1, found ${
        JSON.stringify(inspection.NetworkSettings.Ports)
      }; look at the daemon's log (iptables and userland-proxy must be on)`,
    );
  }
  const tunnel = await Tunnel.open({ relay: `127.0.0.1:${published.HostPort}`, token });
  return { pod, tunnel, [Symbol.asyncDispose]: () => tunnel[Symbol.asyncDispose]() };
}
