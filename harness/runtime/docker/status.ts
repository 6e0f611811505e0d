/** Whether there is a Docker daemon that will do; asked once a process, in milliseconds where there is none. */
import { errorText } from "../../model/error_text.ts";
import { askVersion, DaemonError, type DaemonVersion } from "./ask_version.ts";
import { type DockerHost, parseDockerHost, socketPaths } from "./docker_host.ts";

/** The oldest Engine API that has all that is used here: that of Docker 20.10. */
export const OLDEST_API = "1.41";

/** A daemon that will do. */
export interface AvailableDocker {
  readonly available: true;
  /** Of the daemon, such as `20.10.24`. */
  readonly version: string;
  /** The newest Engine API that it speaks, such as `1.41`. */
  readonly apiVersion: string;
  /** Where it was found, as DOCKER_HOST would say it. */
  readonly host: string;
  /** Such as `linux/amd64`. */
  readonly platform: string;
}

/** Why there is none that will do. */
export interface UnavailableDocker {
  readonly available: false;
  /**
   * `absent`: no socket and no DOCKER_HOST; `unreachable`: nobody answers there; `denied`: this user may not;
   * `not-granted`: Deno was not given the permission; `too-old`: see {@link OLDEST_API}; `broken`: it answers with an
   * error, or what answers is no Docker.
   */
  readonly kind: "absent" | "unreachable" | "denied" | "not-granted" | "too-old" | "broken";
  readonly reason: string;
  /** What helps, one way a line. */
  readonly howTo: readonly string[];
}

export type DockerStatus = AvailableDocker | UnavailableDocker;

/** What is wanted of Docker cannot be had, since there is none. */
export class DockerUnavailableError extends Error {
  override readonly name = "DockerUnavailableError";
  readonly status: UnavailableDocker;

  constructor(status: UnavailableDocker) {
    super(`Docker is not available: ${status.reason}${status.howTo.map((way) => `\n  - ${way}`).join("")}`);
    this.status = status;
  }
}

/** Where to look, when not where everybody does. */
export interface LookOptions {
  /** A DOCKER_HOST. */
  readonly host?: string | undefined;
  /** Sockets to try where `host` is missing. */
  readonly sockets?: readonly string[];
  /** A daemon that takes longer does not answer. @default 5000 */
  readonly timeoutMs?: number;
}

let status: Promise<DockerStatus> | undefined;

/** Whether Docker is there; the first answer holds for the life of the process. */
export function dockerStatus(): Promise<DockerStatus> {
  status ??= lookForDocker();
  return status;
}

/** As {@link dockerStatus}, but looks anew. Never rejects. */
export async function lookForDocker(options: LookOptions = {}): Promise<DockerStatus> {
  const named = options.host ?? (options.sockets === undefined ? Deno.env.get("DOCKER_HOST") : undefined);
  const timeoutMs = options.timeoutMs ?? 5_000;
  if (named) {
    try {
      return await look(parseDockerHost(named), timeoutMs);
    } catch (error) {
      return unavailable("unreachable", errorText(error), [
        "give DOCKER_HOST one of these forms, or unset it",
      ]);
    }
  }
  const sockets = options.sockets ?? socketPaths((name) => Deno.env.get(name), Deno.uid());
  for (const path of sockets) {
    // As Testcontainers does: the first that is there is the one, also when nobody answers.
    if (await exists(path)) return await look({ kind: "socket", uri: `unix://${path}`, path }, timeoutMs);
  }
  return unavailable("absent", `no Docker socket at ${sockets.join(", ")}, and DOCKER_HOST is not set`, [
    "install Docker Engine 20.10 or later (Debian: docker.io) and start it: systemctl start docker, or dockerd",
    "set DOCKER_HOST to the daemon's address, such as unix:///path/to/docker.sock",
  ]);
}

async function look(host: DockerHost, timeoutMs: number): Promise<DockerStatus> {
  let found: DaemonVersion;
  try {
    found = await askVersion(host, timeoutMs);
  } catch (error) {
    return explain(error, host);
  }
  if (!isRecent(found.apiVersion)) {
    return unavailable(
      "too-old",
      `Docker ${found.version} at ${host.uri} speaks API ${found.apiVersion}: expected ${OLDEST_API} or later`,
      ["update Docker Engine to 20.10 or later"],
    );
  }
  return { available: true, host: host.uri, ...found };
}

function explain(error: unknown, host: DockerHost): UnavailableDocker {
  const { uri } = host;
  const place = host.kind === "socket" ? `unix:${host.path}` : `${host.hostname}:${host.port}`;
  if (error instanceof DaemonError) {
    return unavailable("broken", `${uri} answers, but ${error.message}`, [
      "look at the daemon's log (journalctl -u docker) and start it again",
    ]);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return unavailable("not-granted", `Deno may not connect to ${uri}: ${errorText(error)}`, [
      `add ${place} to --allow-net of the task in deno.json` +
      (host.kind === "socket"
        ? ", and its path to --allow-read and --allow-write where those name paths"
        : ""),
      ...(host.kind === "socket" ? ["make the daemon listen at /var/run/docker.sock, which is granted"] : []),
    ]);
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "EACCES" || code === "EPERM") {
    return unavailable("denied", `this user may not connect to ${uri}: ${errorText(error)}`, [
      "add the user to the group that owns the socket (usually: usermod -aG docker <user>) and log in again",
      "run Docker rootless and set DOCKER_HOST to its socket",
    ]);
  }
  return unavailable("unreachable", `nobody answers at ${uri}: ${errorText(error)}`, [
    host.kind === "socket"
      ? "start the daemon: systemctl start docker, or dockerd"
      : "start the daemon there, or set DOCKER_HOST to where it is",
  ]);
}

function unavailable(
  kind: UnavailableDocker["kind"],
  reason: string,
  howTo: readonly string[],
): UnavailableDocker {
  return { available: false, kind, reason, howTo };
}

function isRecent(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split(".").map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_API.split(".").map(Number);
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    // A folder that may not be looked into may well hold it: the daemon is asked, and says what is wrong.
    return error instanceof Deno.errors.PermissionDenied;
  }
}
