import type { Http2Connection } from "./http2_connection.ts";
import { openHttp2Connection } from "./open_connection.ts";

/** What grpc-js allows for TCP and the peer's SETTINGS; calls have deadlines of their own. */
const OPENING_LIMIT_MS = 20_000;

/**
 * The connection that all calls to one address share: opened for the first call, and again for the next call after it
 * ended or was told to go away. No back-off: whoever calls again wants to know.
 */
export class SharedConnection {
  readonly #address: string;
  readonly #stop = new AbortController();
  /** The one in use, and those that a GOAWAY lets end in peace. */
  readonly #live = new Set<Http2Connection>();
  #current: Http2Connection | undefined;
  #opening: Promise<Http2Connection> | undefined;

  /** @param address `host:port`, plaintext. Nothing is sent before the first `get`. */
  constructor(address: string) {
    this.#address = address;
  }

  /**
   * The connection, once its peer has said its SETTINGS.
   *
   * @throws {Error} Where none can be had, or after `close`.
   */
  get(): Http2Connection | Promise<Http2Connection> {
    this.#stop.signal.throwIfAborted();
    if (this.#current?.isOpen) return this.#current;
    this.#opening ??= this.#open().finally(() => this.#opening = undefined);
    return this.#opening;
  }

  /** Ends the connection at once; whatever is in flight ends with it. */
  close(): void {
    this.#stop.abort(new Error("the client was closed"));
    for (const connection of this.#live) connection.destroy("the client was closed");
  }

  async #open(): Promise<Http2Connection> {
    const connection = await openHttp2Connection({
      address: this.#address,
      timeoutMs: OPENING_LIMIT_MS,
      signal: this.#stop.signal,
    });
    this.#live.add(connection);
    void connection.ended.then(() => this.#live.delete(connection));
    if (this.#stop.signal.aborted) connection.destroy("the client was closed");
    return this.#current = connection;
  }
}
