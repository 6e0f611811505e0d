import type { Transport } from "./transport.ts";

/** How long the end of a connection waits for its peer to take our last words, or to say its own. */
const LINGER_MS = 250;

/** Ends a transport once, at once or after what is under way. */
export class TransportEnd {
  readonly #transport: Transport;
  readonly #onClosed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param onClosed Told once. */
  constructor(transport: Transport, onClosed: () => void) {
    this.#transport = transport;
    this.#onClosed = onClosed;
  }

  /**
   * Closes it in a while, unless it was closed before.
   *
   * @param before Done first.
   */
  closeLater(before: () => void = () => {}): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      before();
      this.close();
    }, LINGER_MS);
  }

  /** Ends our direction alone, where that can be done: whoever reads closes it at the peer's end. */
  closeWrite(): void {
    if (this.#transport.closeWrite === undefined) return this.close();
    this.#transport.closeWrite().catch(() => this.close());
  }

  /** Closes it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    try {
      this.#transport.close();
    } catch {
      // closed by its own fault before: that is what is wanted
    }
    this.#onClosed();
  }
}
