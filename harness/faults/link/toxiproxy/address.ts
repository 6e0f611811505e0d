/** Addresses as Toxiproxy's API has them, and which of them a link on this machine may use. */
import type { Address } from "../../../model/mesh.ts";
import { ApiError } from "./api_error.ts";

/** Where a proxy listens. */
export interface ListenPlace {
  readonly bind: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Which addresses may be used. */
export interface AddressPolicy {
  /** Whether other machines may connect, and be connected to. */
  readonly allowRemote: boolean;
  /** What every interface is narrowed to unless other machines may connect. @default "127.0.0.1" */
  readonly ownHost?: string;
}

const EVERY_INTERFACE = new Set(["", "0.0.0.0", "::"]);

/**
 * Reads the address that a proxy shall listen on: `host:port`, `:port`, or nothing. Every interface is narrowed to one
 * unless other machines may connect; clients that ask for `0.0.0.0:8666`, as in a container, work all the same.
 *
 * @throws {ApiError} 500 (Toxiproxy's code for an address that cannot be bound) when it is no address, 403 when it is
 * not of the loopback and may not be used.
 */
export function listenPlace(listen: string, policy: AddressPolicy): ListenPlace {
  if (listen === "") return listenPlace(":0", policy);
  const { allowRemote, ownHost = "127.0.0.1" } = policy;
  const { host, port } = split(listen, 0) ?? fail(500, "listen", listen);
  if (EVERY_INTERFACE.has(host)) return { bind: allowRemote ? "0.0.0.0" : ownHost, port };
  const bind = host === "localhost" ? "127.0.0.1" : host;
  if (!allowRemote && !isLoopback(bind)) throw notAllowed("listen", listen);
  return { bind, port };
}

/**
 * Checks where a proxy shall connect to.
 *
 * @throws {ApiError} 400 when it is no `host:port`, 403 when it is not of the loopback and may not be used.
 */
export function checkUpstream(upstream: string, { allowRemote }: AddressPolicy): Address {
  const { host } = split(upstream, 1) ?? fail(400, "upstream", upstream);
  if (!allowRemote && !isLoopback(host)) throw notAllowed("upstream", upstream);
  return upstream;
}

/** Whether a host is this machine by its name or number alone; nothing is looked up. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || /^127(\.\d{1,3}){3}$/.test(host);
}

function split(text: string, leastPort: number): { host: string; port: number } | undefined {
  const [, host, digits] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65535 || port < leastPort) return undefined;
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (leastPort > 0 && bare === "") return undefined;
  return { host: bare, port };
}

function fail(status: number, field: string, text: string): never {
  throw new ApiError(status, `${field}: expected host:port, found ${JSON.stringify(text)}`);
}

function notAllowed(field: string, text: string): ApiError {
  return new ApiError(
    403,
    `${field}: expected an address of the loopback (127.0.0.0/8, localhost), found ${
      JSON.stringify(text)
    }: ` +
      `start the link with --allow-remote to use others`,
  );
}
