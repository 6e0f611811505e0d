import { pause } from "../../model/pause.ts";
import type { Http2Connection } from "./http2_connection.ts";

/** From one try to the next. */
const RETRY_MS = 10;

/** A place for one connection: when it ends, or takes no more requests, another one is opened. */
export class ConnectionSlot implements AsyncDisposable {
  readonly #open: (signal: AbortSignal) => Promise<Http2Connection>;
  /** Those that there are: the one in use, and such that only finish what they have begun. */
  readonly #live = new Set<Http2Connection>();
  readonly #stop = new AbortController();
  #current: Http2Connection | undefined;
  #opening: Promise<void> | undefined;
  #triedT = -Infinity;

  /** @param open Connects until its signal says otherwise, and is done when the connection can be used. */
  constructor(open: (signal: AbortSignal) => Promise<Http2Connection>) {
    this.#open = open;
  }

  /** Opens the first connection. @throws What that fails with. */
  async start(): Promise<void> {
    this.#use(await this.#tried());
  }

  /** The connection, when there is one that takes requests; else one is being opened. */
  usable(): Http2Connection | undefined {
    const current = this.#current;
    if (current !== undefined && current.isOpen) return current;
    this.#reopen();
    return undefined;
  }

  /** Writes what was collected. */
  flush(): void {
    for (const connection of this.#live) connection.flush();
  }

  /** Ends all there is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const live = [...this.#live];
    for (const connection of live) connection.destroy();
    await Promise.all([this.#opening, ...live.map(({ ended }) => ended)]);
  }

  #use(connection: Http2Connection): void {
    this.#current = connection;
    this.#live.add(connection);
    void connection.ended.then(() => {
      this.#live.delete(connection);
      if (this.#current === connection) this.#reopen();
    });
  }

  #reopen(): void {
    if (this.#stop.signal.aborted) return;
    this.#opening ??= this.#untilOpen().finally(() => this.#opening = undefined);
  }

  async #untilOpen(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await pause(this.#triedT + RETRY_MS - performance.now(), signal);
      if (signal.aborted) return;
      try {
        return this.#use(await this.#tried());
      } catch {
        // What nobody takes is told of by the attempts that are refused meanwhile.
      }
    }
  }

  #tried(): Promise<Http2Connection> {
    this.#triedT = performance.now();
    return this.#open(this.#stop.signal);
  }
}
