/** One question to a Docker daemon: `GET /version` of the Engine API, which every daemon answers without a version prefix. */
import http from "node:http";
import https from "node:https";
import { z } from "zod";
import { errorText } from "../../model/error_text.ts";
import type { DockerHost } from "./docker_host.ts";

/** What the daemon says of itself. */
export interface DaemonVersion {
  readonly version: string;
  readonly apiVersion: string;
  /** Such as `linux/amd64`. */
  readonly platform: string;
}

/** Somebody answers, but not as a healthy Docker daemon does. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}

const MOST_BYTES = 64 * 1024;

const answer = z.object({
  Version: z.string().min(1),
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  Os: z.string().default("unknown"),
  Arch: z.string().default("unknown"),
});

/**
 * Asks.
 *
 * @throws {DaemonError} When what answers is no healthy daemon.
 * @throws {Error} When nobody can be reached; with `code` as node has it, or Deno's own `NotCapable`.
 */
export async function askVersion(host: DockerHost, timeoutMs: number): Promise<DaemonVersion> {
  const { status, body } = await get(host, "/version", timeoutMs);
  if (status !== 200) {
    throw new DaemonError(
      `to GET /version with status ${status}: ${body.slice(0, 300).trim() || "(nothing)"}`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new DaemonError(`not with JSON, as Docker does: ${body.slice(0, 300).trim()}`);
  }
  const parsed = answer.safeParse(value);
  if (!parsed.success) {
    throw new DaemonError(`not as Docker does: expected Version and ApiVersion, found ${body.slice(0, 300)}`);
  }
  const { Version, ApiVersion, Os, Arch } = parsed.data;
  return { version: Version, apiVersion: ApiVersion, platform: `${Os}/${Arch}` };
}

async function get(
  host: DockerHost,
  path: string,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  const tls = host.kind === "tcp" && Deno.env.get("DOCKER_TLS_VERIFY") === "1" ? await readTls() : undefined;
  const place = host.kind === "socket"
    ? { socketPath: host.path }
    : { hostname: host.hostname, port: host.port };
  return await new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const request = (tls === undefined ? http : https).get(
      { ...place, ...tls, path, agent: false, headers: { host: "docker" } },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("error", fail);
        response.on("data", (piece: string) => {
          body += piece;
          if (body.length <= MOST_BYTES) return;
          fail(new DaemonError(`with more than ${MOST_BYTES} bytes, as Docker does not`));
          request.destroy();
        });
        response.on("end", () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, body });
        });
      },
    );
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    request.on("error", fail);
  });
}

/** The three files of DOCKER_CERT_PATH, as the docker command reads them. */
export async function readTls(): Promise<{ ca: string; cert: string; key: string }> {
  const folder = Deno.env.get("DOCKER_CERT_PATH") ?? `${Deno.env.get("HOME") ?? ""}/.docker`;
  const read = (name: string) =>
    Deno.readTextFile(`${folder}/${name}.pem`).catch((error) => {
      throw new Error(
        `DOCKER_TLS_VERIFY is 1, but ${folder}/${name}.pem cannot be read: ${errorText(error)}`,
      );
    });
  const [ca, cert, key] = await Promise.all([read("ca"), read("cert"), read("key")]);
  return { ca, cert, key };
}
