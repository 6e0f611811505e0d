import type { Protocol } from "../load/generate/run_load.ts";
import { UsageError } from "./exit.ts";

/** Where a load goes, as it was typed. */
export interface LoadAddress {
  /** `host:port`. */
  readonly address: string;
  readonly host: string;
  /** Path and query; of a plain request. */
  readonly path: string;
  readonly isTls: boolean;
  /** What the URL's scheme says, where there is one. */
  readonly protocol: Protocol | undefined;
}

const SCHEMES: Readonly<
  Record<string, { readonly isTls: boolean; readonly protocol: Protocol; readonly port: number }>
> = {
  http: { isTls: false, protocol: "http1", port: 80 },
  https: { isTls: true, protocol: "http1", port: 443 },
  grpc: { isTls: false, protocol: "grpc", port: 80 },
  grpcs: { isTls: true, protocol: "grpc", port: 443 },
};

/**
 * Reads `host:port` or a URL.
 *
 * @throws {UsageError} When it is neither.
 */
export function parseLoadAddress(text: string): LoadAddress {
  const [, schemeName, rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  const scheme = schemeName === undefined ? undefined : SCHEMES[schemeName];
  const [, authority = "", path = ""] = /^([^/?#]*)([/?][^#]*)?/.exec(rest) ?? [];
  const [, bracketed, plain, portText] =
    /^(?:\[([\da-fA-F:.]+)\]|([^:[\]@\s]+))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const host = bracketed ?? plain;
  const port = portText === undefined ? scheme?.port : Number(portText);
  const isKnown = schemeName === undefined || scheme !== undefined;
  if (host === undefined || port === undefined || port < 1 || port > 65_535 || !isKnown) {
    throw new UsageError(
      `${text}: expected host:port or a URL with one of ${
        Object.keys(SCHEMES).map((name) => `${name}://`).join(", ")
      }, found neither`,
    );
  }
  return {
    address: `${bracketed === undefined ? host : `[${host}]`}:${port}`,
    host,
    path: path === "" ? "/" : path.startsWith("?") ? `/${path}` : path,
    isTls: scheme?.isTls ?? false,
    protocol: scheme?.protocol,
  };
}

/** Whether nothing but this machine can be meant. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Lets a load go to another machine only when that was said twice: to us, and to Deno. That Deno would ask, in mid-run,
 * whoever sits at the terminal is of no use to a load.
 *
 * @throws {UsageError} When it was not, with what to say.
 */
export async function checkLoadAddress({ host, address }: LoadAddress, allowRemote: boolean): Promise<void> {
  if (!isLoopback(host) && !allowRemote) {
    throw new UsageError(
      `${address}: expected an address of this machine (127.0.0.0/8, ::1, localhost), found another; a load can bring ` +
        "others down: if they are yours, say --allow-remote",
    );
  }
  const { state } = await Deno.permissions.query({ name: "net", host: address });
  if (state === "granted") return;
  throw new UsageError(
    `${address}: expected Deno's permission to connect there, found none; the task meshproof has it for 127.0.0.1 and localhost: ` +
      `start it as \`deno run --allow-net=${address} --allow-run --allow-read --allow-write --allow-env --allow-sys ` +
      "harness/cli/main.ts load ...`",
  );
}
