import { DEFAULT_MAX_FRAME_BYTES, ERROR, FRAME_HEADER_BYTES } from "./frame.ts";
import { Http2Error } from "./http2_error.ts";

/**
 * Takes a frame. The payload is a view on bytes that are somebody else's as soon as this returns: copy what is to be
 * kept. Offsets are used in place of a view of its own for each frame: a hot reader sees 200,000 of them a second.
 */
export type FrameHandler = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

/** Cuts a byte stream into frames, however it was sliced on the way. Looks at nothing but the frame headers. */
export class FrameReader {
  /** Largest payload that is taken; set it when our SETTINGS_MAX_FRAME_SIZE has been acknowledged. */
  maxFrameBytes: number;
  readonly #onFrame: FrameHandler;
  /** The beginning of a frame whose rest has not come. */
  #held: Uint8Array = new Uint8Array(1024);
  #heldBytes = 0;

  /**
   * @param onFrame Told of each frame, in order; what it throws goes through `push` to who pushed.
   * @param maxFrameBytes Largest payload.
   */
  constructor(onFrame: FrameHandler, maxFrameBytes: number = DEFAULT_MAX_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Bytes of a frame that is not yet whole. */
  get pendingBytes(): number {
    return this.#heldBytes;
  }

  /** A copy of these bytes, for whoever passes them on as they are. */
  pending(): Uint8Array {
    return this.#held.slice(0, this.#heldBytes);
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws {Http2Error} FRAME_SIZE_ERROR for a frame that is longer than allowed, as soon as its header is there.
   */
  push(chunk: Uint8Array, length: number = chunk.length): void {
    let at = 0;
    while (this.#heldBytes > 0 && at < length) at = this.#complete(chunk, at, length);
    if (this.#heldBytes > 0) return;
    while (length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + this.#payloadBytes(chunk, at);
      if (end > length) break;
      this.#hand(chunk, at, end);
      at = end;
    }
    if (at < length) this.#hold(chunk, at, length);
  }

  /** Adds to the frame that is held what it lacks, and hands it on when it is whole. @returns Where the rest begins. */
  #complete(chunk: Uint8Array, at: number, length: number): number {
    let next = at;
    if (this.#heldBytes < FRAME_HEADER_BYTES) {
      next = Math.min(length, at + FRAME_HEADER_BYTES - this.#heldBytes);
      this.#hold(chunk, at, next);
      if (this.#heldBytes < FRAME_HEADER_BYTES) return next;
    }
    const wholeBytes = FRAME_HEADER_BYTES + this.#payloadBytes(this.#held, 0);
    const end = Math.min(length, next + wholeBytes - this.#heldBytes);
    this.#hold(chunk, next, end);
    if (this.#heldBytes === wholeBytes) {
      this.#heldBytes = 0;
      this.#hand(this.#held, 0, wholeBytes);
    }
    return end;
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#heldBytes + to - from;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(chunk.subarray(from, to), this.#heldBytes);
    this.#heldBytes = needed;
  }

  #payloadBytes(bytes: Uint8Array, at: number): number {
    const length = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
    if (length <= this.maxFrameBytes) return length;
    throw new Http2Error(
      ERROR.frameSizeError,
      `a frame of type ${bytes[at + 3]} has ${length} bytes, expected at most ${this.maxFrameBytes}`,
    );
  }

  #hand(bytes: Uint8Array, at: number, end: number): void {
    const streamId = (bytes[at + 5]! & 0x7f) << 24 | bytes[at + 6]! << 16 | bytes[at + 7]! << 8 |
      bytes[at + 8]!;
    this.#onFrame(bytes[at + 3]!, bytes[at + 4]!, streamId, bytes, at + FRAME_HEADER_BYTES, end);
  }
}
