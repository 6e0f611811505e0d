import { ERROR, FLAG, FRAME } from "../../../wire/frame.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import { HpackDecoder } from "../../../wire/hpack/decoder.ts";
import { Http2Error } from "../../../wire/http2_error.ts";

/** More than any peer takes: SETTINGS_MAX_HEADER_LIST_SIZE is the peers' own business. */
const MOST_BLOCK_BYTES = 1 << 20;
/** Empty CONTINUATIONs cost a sender next to nothing. */
const MOST_FRAMES = 4096;
const PRIORITY_BYTES = 5;
const PROMISE_BYTES = 4;

/** A header list that has come whole. */
export interface HeaderBlock {
  readonly streamId: number;
  /** In order; the same array when the same block came again. */
  readonly fields: readonly HeaderField[];
  readonly endStream: boolean;
  /** The five bytes of a HEADERS frame with the PRIORITY flag. */
  readonly priority: Uint8Array | undefined;
  /** The stream that a PUSH_PROMISE announces; 0 for HEADERS. */
  readonly promisedId: number;
  /** Whether the sender changed the size of its table in front of it. */
  readonly hasSizeUpdate: boolean;
}

/** Joins HEADERS or PUSH_PROMISE with its CONTINUATIONs, and decodes the blocks of one direction in their order. */
export class HeaderBlocks {
  // As large as a peer may ever have allowed: whether the sender keeps to that is for its receiver to say.
  readonly #decoder = new HpackDecoder({ maxTableBytes: MOST_BLOCK_BYTES, maxListBytes: MOST_BLOCK_BYTES });
  #begun: Omit<HeaderBlock, "fields" | "hasSizeUpdate"> | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** Whether a block has begun that has not ended: nothing but its CONTINUATION may come then. */
  get isOpen(): boolean {
    return this.#begun !== undefined;
  }

  /**
   * Takes a HEADERS, PUSH_PROMISE or CONTINUATION.
   *
   * @returns The block, when it is whole.
   * @throws {Http2Error} Of the connection, for what RFC 9113 does not allow (sections 6.2, 6.6, 6.10) or no HPACK.
   */
  take(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): HeaderBlock | undefined {
    const isWhole = (flags & FLAG.endHeaders) !== 0;
    let begun = this.#begun;
    let from = start;
    let to = end;
    if (type === FRAME.continuation) {
      if (begun === undefined || begun.streamId !== streamId) {
        throw wrong(`CONTINUATION of stream ${streamId} where no block of it had begun`);
      }
    } else {
      if (streamId === 0) throw wrong("a header block on stream 0");
      if (flags & FLAG.padded) to -= bytes[from++] ?? 0;
      const hasPriority = type === FRAME.headers && (flags & FLAG.priority) !== 0;
      const fixedBytes = type === FRAME.pushPromise ? PROMISE_BYTES : hasPriority ? PRIORITY_BYTES : 0;
      if (from + fixedBytes > to || from > end) throw wrong("more padding than there is payload");
      begun = {
        streamId,
        endStream: type === FRAME.headers && (flags & FLAG.endStream) !== 0,
        priority: hasPriority ? bytes.slice(from, from + PRIORITY_BYTES) : undefined,
        promisedId: type === FRAME.pushPromise
          ? (bytes[from]! & 0x7f) << 24 | bytes[from + 1]! << 16 | bytes[from + 2]! << 8 | bytes[from + 3]!
          : 0,
      };
      from += fixedBytes;
      if (isWhole) return this.#decode(begun, bytes, from, to);
      this.#begun = begun;
      this.#bytes = 0;
    }
    this.#pieces.push(bytes.slice(from, to));
    this.#bytes += to - from;
    if (this.#bytes > MOST_BLOCK_BYTES || this.#pieces.length > MOST_FRAMES) {
      throw new Http2Error(ERROR.enhanceYourCalm, `a header block of more than ${MOST_BLOCK_BYTES} bytes`);
    }
    if (!isWhole) return undefined;
    const joined = new Uint8Array(this.#bytes);
    this.#pieces.reduce((offset, piece) => (joined.set(piece, offset), offset + piece.length), 0);
    this.#pieces = [];
    this.#begun = undefined;
    return this.#decode(begun, joined, 0, joined.length);
  }

  #decode(
    begun: Omit<HeaderBlock, "fields" | "hasSizeUpdate">,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): HeaderBlock {
    const hasSizeUpdate = start < end && (bytes[start]! & 0xe0) === 0x20;
    return { ...begun, fields: this.#decoder.decode(bytes, start, end), hasSizeUpdate };
  }
}

function wrong(found: string): Http2Error {
  return new Http2Error(ERROR.protocolError, `expected a header block as RFC 9113 has it, found ${found}`);
}
