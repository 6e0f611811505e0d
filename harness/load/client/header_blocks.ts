import { ERROR, FLAG } from "../../wire/frame.ts";
import { Http2Error } from "../../wire/http2_error.ts";

const MAX_BLOCK_BYTES = 256 * 1024;
/** Empty ones cost their sender nothing: there is no honest use of so many. */
const MAX_CONTINUATIONS = 1024;
const PRIORITY_BYTES = 5;

/** Takes a whole header block. */
export type BlockHandler = (
  streamId: number,
  endStream: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

/** Puts HEADERS and its CONTINUATIONs together again (RFC 9113, section 6.2 and 6.10). */
export class HeaderBlocks {
  /** The stream whose block is not complete: no other frame may come; 0 for none. */
  openId = 0;
  readonly #onBlock: BlockHandler;
  #endStream = false;
  #held: Uint8Array = new Uint8Array(0);
  #continuations = 0;

  /** @param onBlock Told of each block that is complete. */
  constructor(onBlock: BlockHandler) {
    this.#onBlock = onBlock;
  }

  /** @throws {Http2Error} PROTOCOL_ERROR when there is more padding than frame. */
  headers(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    const endStream = (flags & FLAG.endStream) !== 0;
    let from = start;
    let to = end;
    if ((flags & (FLAG.padded | FLAG.priority)) !== 0) {
      if ((flags & FLAG.padded) !== 0) {
        const isEmpty = from === end;
        to = isEmpty ? -1 : to - bytes[from]!;
        from += 1;
      }
      if ((flags & FLAG.priority) !== 0) from += PRIORITY_BYTES;
      if (from > to) {
        throw new Http2Error(
          ERROR.protocolError,
          `HEADERS of ${end - start} bytes has no room for its padding and priority`,
        );
      }
    }
    if ((flags & FLAG.endHeaders) !== 0) return this.#onBlock(streamId, endStream, bytes, from, to);
    this.openId = streamId;
    this.#endStream = endStream;
    this.#held = bytes.slice(from, to);
    this.#continuations = 0;
  }

  /** @throws {Http2Error} PROTOCOL_ERROR when no block of that stream is open, ENHANCE_YOUR_CALM when it is too long. */
  continuation(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.openId === 0 || this.openId !== streamId) {
      throw new Http2Error(ERROR.protocolError, `CONTINUATION on stream ${streamId}, where no block is open`);
    }
    const length = this.#held.length + end - start;
    if (length > MAX_BLOCK_BYTES || ++this.#continuations > MAX_CONTINUATIONS) {
      throw new Http2Error(
        ERROR.enhanceYourCalm,
        `a header block of ${length} bytes in ${this.#continuations} CONTINUATIONs, ` +
          `expected at most ${MAX_BLOCK_BYTES} in ${MAX_CONTINUATIONS}`,
      );
    }
    const joined = new Uint8Array(length);
    joined.set(this.#held);
    joined.set(bytes.subarray(start, end), this.#held.length);
    this.#held = joined;
    if ((flags & FLAG.endHeaders) === 0) return;
    this.openId = 0;
    this.#held = new Uint8Array(0);
    this.#onBlock(streamId, this.#endStream, joined, 0, length);
  }
}
