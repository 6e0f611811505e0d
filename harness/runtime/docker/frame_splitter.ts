/**
 * The engine's framing of two output streams on one connection: a header of 8 bytes (stream, three zeros, length as
 * big-endian 32 bits), then so many bytes. See "Stream format" of POST /containers/{id}/attach in the Engine API.
 */

const HEADER_BYTES = 8;
const STANDARD_ERROR = 2;

/** Takes the frames apart, however the bytes were cut on their way. */
export class FrameSplitter {
  readonly #onBytes: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerLength = 0;
  #stream: "stdout" | "stderr" = "stdout";
  #rest = 0;

  constructor(onBytes: (stream: "stdout" | "stderr", bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#rest === 0) {
        const piece = bytes.subarray(at, at + HEADER_BYTES - this.#headerLength);
        this.#header.set(piece, this.#headerLength);
        this.#headerLength += piece.length;
        at += piece.length;
        if (this.#headerLength < HEADER_BYTES) return;
        this.#headerLength = 0;
        this.#stream = this.#header[0] === STANDARD_ERROR ? "stderr" : "stdout";
        this.#rest = new DataView(this.#header.buffer).getUint32(4);
      } else {
        const piece = bytes.subarray(at, at + this.#rest);
        this.#rest -= piece.length;
        at += piece.length;
        this.#onBytes(this.#stream, piece);
      }
    }
  }
}
