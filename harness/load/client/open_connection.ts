import type { Http2ConnectionOptions } from "./connection_options.ts";
import { Http2Connection } from "./http2_connection.ts";
import { connectTransport, type TransportOptions } from "./transport.ts";

/** Where to connect to, how, and for how long to try. */
export interface OpenConnectionOptions extends TransportOptions, Http2ConnectionOptions {
  /** Bound of connecting, handshake and the wait for the peer's SETTINGS. @default 5000 */
  readonly timeoutMs?: number;
  /** Ends the trying. */
  readonly signal?: AbortSignal;
}

/**
 * Connects and waits for the peer's SETTINGS.
 *
 * @throws What connecting fails with; {@linkcode Deno.errors.TimedOut} when it is not done in time; the signal's reason.
 */
export async function openHttp2Connection(options: OpenConnectionOptions): Promise<Http2Connection> {
  const { address, timeoutMs = 5000, signal } = options;
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {}); // told to the race, when that is still on
  let isOver = false;
  const giveUp = (error: unknown) => {
    isOver = true;
    late.reject(error);
  };
  const onAbort = () => giveUp(signal?.reason);
  const timer = setTimeout(() =>
    giveUp(
      new Deno.errors.TimedOut(
        `Cannot connect to ${address} as its SETTINGS must come within ${timeoutMs} ms: none came`,
      ),
    ), timeoutMs);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();

  const open = async () => {
    const connection = new Http2Connection(await connectTransport(options), options);
    late.promise.catch(() => connection.destroy("its opening was given up"));
    if (isOver) connection.destroy("its opening was given up");
    await connection.ready;
    return connection;
  };
  try {
    return await Promise.race([open(), late.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
