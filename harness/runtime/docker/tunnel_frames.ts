/**
 * Frames of a tunnelled connection: four bytes of length, most significant first, then as many bytes. A length of 0
 * is the orderly end of that direction (FIN), one of all ones a reset. A connection that ends without either is reset.
 */
import { Buffer } from "node:buffer";

const HEADER_BYTES = 4;
const RESET_LENGTH = 0xffff_ffff;

/** The end of one direction. */
export const END_FRAME: Uint8Array = Buffer.from([0, 0, 0, 0]);
/** A reset of the connection. */
export const RESET_FRAME: Uint8Array = Buffer.from([255, 255, 255, 255]);

/** The bytes as one frame: copied, since one write is worth more than one copy. */
export function frameOf(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  frame.writeUInt32BE(bytes.length, 0);
  frame.set(bytes, HEADER_BYTES);
  return frame;
}

/** What comes out of frames. Bytes are handed out as they arrive, also when a frame is not complete yet. */
export interface FrameSink {
  bytes(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
}

/** Takes frames apart, in whatever pieces they come. */
export class FrameReader {
  readonly #sink: FrameSink;
  /** Bytes of the current frame that are still to come. */
  #rest = 0;
  /** Length of the next frame, as far as its bytes are here. */
  #length = 0;
  #headerBytes = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#rest > 0) {
        const bytes = chunk.subarray(offset, offset + this.#rest);
        offset += bytes.length;
        this.#rest -= bytes.length;
        this.#sink.bytes(bytes);
        continue;
      }
      this.#length = this.#length * 256 + (chunk[offset++] ?? 0);
      if (++this.#headerBytes < HEADER_BYTES) continue;
      const length = this.#length;
      this.#length = 0;
      this.#headerBytes = 0;
      if (length === 0) this.#sink.end();
      else if (length === RESET_LENGTH) this.#sink.reset();
      else this.#rest = length;
    }
  }
}
