import { FRAME_HEADER_BYTES } from "../../wire/frame.ts";
import type { Transport } from "./transport.ts";

const FIRST_BYTES = 64 * 1024;

/**
 * What is to be written: collected in one buffer while the other one is on its way, so that all that is due together
 * leaves in one write, and nobody waits for it.
 */
export class Output {
  /** Where the next bytes go; look at it again after `reserve`. */
  buffer: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** End of what was collected; the one who reserved moves it on. */
  at = 0;
  /** Whether a write is on its way. */
  isWriting = false;
  readonly #transport: Transport;
  readonly #onWritten: () => void;
  readonly #onBroken: (error: unknown) => void;
  #spare: Uint8Array = new Uint8Array(FIRST_BYTES);

  /**
   * @param onWritten Told when all that a flush handed over has been taken.
   * @param onBroken Told once when the transport takes no more.
   */
  constructor(transport: Transport, onWritten: () => void, onBroken: (error: unknown) => void) {
    this.#transport = transport;
    this.#onWritten = onWritten;
    this.#onBroken = onBroken;
  }

  /** Makes room for so many bytes from `at` on. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.at + bytes, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.at));
    this.buffer = larger;
  }

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Adds a frame of a 32-bit number: RST_STREAM or WINDOW_UPDATE. */
  addNumber(type: number, streamId: number, value: number): void {
    this.reserve(FRAME_HEADER_BYTES + 4);
    const to = this.buffer;
    let at = this.at;
    to[at++] = 0;
    to[at++] = 0;
    to[at++] = 4;
    to[at++] = type;
    to[at++] = 0;
    for (const word of [streamId, value]) {
      to[at++] = word >>> 24;
      to[at++] = word >>> 16;
      to[at++] = word >>> 8;
      to[at++] = word;
    }
    this.at = at;
  }

  /** Hands over what was collected, or leaves it for when the write that is on its way has ended. */
  flush(): void {
    if (this.isWriting || this.at === 0) return;
    this.isWriting = true;
    const full = this.buffer;
    const length = this.at;
    this.buffer = this.#spare;
    this.#spare = full;
    this.at = 0;
    this.#write(full, length);
  }

  async #write(bytes: Uint8Array, length: number): Promise<void> {
    try {
      let at = 0;
      while (at < length) at += await this.#transport.write(bytes.subarray(at, length));
    } catch (error) {
      // isWriting stays: nothing more is handed over.
      return this.#onBroken(error);
    }
    this.isWriting = false;
    this.#onWritten();
  }
}
