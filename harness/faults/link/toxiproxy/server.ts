import project from "../../../../deno.json" with { type: "json" };
import { errorText } from "../../../model/error_text.ts";
import type { Address } from "../../../model/mesh.ts";
import { ApiError } from "./api_error.ts";
import { apiRoutes } from "./api_routes.ts";
import { HostedProxies } from "./hosted_proxies.ts";
import type { HostOptions } from "./host_options.ts";
import type { ProxyInput, ProxyMessage } from "./messages.ts";
import { routeFor } from "./routes.ts";
import { TOXIC_TYPES } from "./toxic_types.ts";

/** The API that is spoken, and by whom: a semantic version with what follows the `+` to be passed over. */
const VERSION = `2.12.0+meshproof.${project.version}`;

/** How to open a server. */
export interface ToxiproxyServerOptions extends Omit<HostOptions, "types" | "ownHost"> {
  /** @default "127.0.0.1" */
  readonly hostname?: string;
  /** 0 lets the system choose. @default 0 */
  readonly port?: number;
  /** Proxies that are there before the first request. @default [] */
  readonly initial?: readonly ProxyInput[];
}

/** A server of Toxiproxy's HTTP API. */
export interface ToxiproxyServer extends AsyncDisposable {
  /** Where it listens, `host:port`. */
  readonly address: Address;
  /** The initial proxies, as the API shows them. */
  readonly initial: readonly ProxyMessage[];
  /** Ends the server, requests that are under way too, and every proxy. */
  close(): Promise<void>;
}

/**
 * Serves links by Toxiproxy's HTTP API, for its clients as they are. Where it differs from Toxiproxy 2.12:
 *
 * - Every error is JSON, also for unknown paths and methods, and says what was expected.
 * - An upstream that is no `host:port` is refused when it is named, not when somebody connects.
 * - JSON that is followed by something else is refused.
 * - Proxies listen on and connect to the loopback, unless others are allowed.
 * - Metrics are always on, and count as bytes pass.
 *
 * @throws {ApiError} When an initial proxy cannot be had; all others are closed then.
 * @throws {Error} When it cannot listen, which says so; all proxies are closed then.
 */
export async function openToxiproxyServer(options: ToxiproxyServerOptions): Promise<ToxiproxyServer> {
  const { hostname = "127.0.0.1", port = 0, initial = [], ...rest } = options;
  const proxies = new HostedProxies({ ...rest, ownHost: hostname, types: TOXIC_TYPES });
  const closing = new AbortController();
  const routes = apiRoutes(proxies, VERSION);

  const answer = async (request: Request): Promise<Response> => {
    try {
      const { handler, names } = routeFor(routes, request.method, new URL(request.url).pathname);
      // A page in somebody's browser must not be able to break things: Toxiproxy's own guard.
      if (request.headers.get("user-agent")?.startsWith("Mozilla/")) {
        throw new ApiError(403, "User agent not allowed: expected no browser");
      }
      return await handler(request, names);
    } catch (error) {
      // Left unread, a body would hold its connection up.
      if (!request.bodyUsed) await request.body?.cancel();
      const status = error instanceof ApiError ? error.status : 500;
      return Response.json({ error: errorText(error), status }, { status });
    }
  };
  const serve = () => {
    try {
      return Deno.serve({ hostname, port, signal: closing.signal, onListen: () => {} }, answer);
    } catch (error) {
      throw new Error(
        `Cannot listen on ${hostname}:${port} for the HTTP API: ${errorText(error)}; choose another port`,
        { cause: error },
      );
    }
  };
  let made, server;
  try {
    made = await proxies.populate(initial);
    if (made.error !== undefined) throw made.error;
    server = serve();
  } catch (error) {
    await proxies.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  const close = () =>
    closed ??= (async () => {
      // A shutdown in order would wait for as long as a client keeps half a request to itself.
      closing.abort();
      await server.finished;
      await proxies.close();
    })();
  return {
    address: `${hostname}:${server.addr.port}`,
    initial: made.proxies,
    close,
    [Symbol.asyncDispose]: close,
  };
}
