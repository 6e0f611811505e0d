/** A plain client of the daemon at a given address, without Testcontainers: what undoing needs, in a third of the time. */
import { readTls } from "./ask_version.ts";
import type { Dockerode } from "./client.ts";
import { parseDockerHost } from "./docker_host.ts";

/** An engine that is silent for longer in a call does not answer. */
const CALL_LIMIT_MS = 10_000;

interface ModemOptions {
  readonly socketPath?: string;
  readonly protocol?: "http" | "https";
  readonly host?: string;
  readonly port?: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeout: number;
}

/**
 * Makes a client; nothing is asked yet. Only here is the library loaded (0.13 s), for most sweeps find no containers.
 *
 * @param host As DOCKER_HOST says it.
 * @param callLimitMs A call in which nothing comes for so long is rejected.
 * @throws {Error} When it is no such address, or TLS is asked for and its files cannot be read.
 */
export async function engineClient(host: string, callLimitMs = CALL_LIMIT_MS): Promise<Dockerode> {
  const place = parseDockerHost(host);
  const { default: Client } = await import("dockerode") as unknown as {
    default: new (options: ModemOptions) => Dockerode;
  };
  if (place.kind === "socket") return new Client({ socketPath: place.path, timeout: callLimitMs });
  const tls = Deno.env.get("DOCKER_TLS_VERIFY") === "1" ? await readTls() : undefined;
  return new Client({
    protocol: tls === undefined ? "http" : "https",
    host: place.hostname,
    port: place.port,
    ...tls,
    timeout: callLimitMs,
  });
}
