import type tls from "node:tls";
import { Buffer } from "node:buffer";
import type { Transport } from "./transport.ts";

/** What is read ahead of whoever reads, before the peer is made to wait. */
const READ_AHEAD_BYTES = 1 << 20;

/**
 * A connected node:tls socket as a transport: node tells what Deno's own TLS does not, such as the peer's certificate.
 *
 * @param socket After its handshake; who gave it must listen for its `error`, which no listener here catches.
 */
export class TlsTransport implements Transport {
  readonly #socket: tls.TLSSocket;
  readonly #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  #hasEnded: boolean;
  #error: Error | undefined;
  /** Wakes the reader. */
  #wake: (() => void) | undefined;

  constructor(socket: tls.TLSSocket) {
    this.#socket = socket;
    this.#hasEnded = socket.destroyed;
    this.#error = socket.errored ?? undefined;
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#heldBytes += chunk.length;
      if (this.#heldBytes > READ_AHEAD_BYTES) socket.pause();
      this.#wake?.();
    });
    socket.on("error", (error: Error) => {
      this.#error = error;
      this.#wake?.();
    });
    for (const event of ["end", "close"] as const) {
      socket.on(event, () => {
        this.#hasEnded = true;
        this.#wake?.();
      });
    }
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#hasEnded) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    let at = 0;
    while (this.#chunks.length > 0 && at < into.length) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(0, into.length - at);
      into.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#heldBytes -= at;
    if (this.#heldBytes <= READ_AHEAD_BYTES) this.#socket.resume();
    return at;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        (error) => error ? reject(error) : resolve(bytes.length),
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
