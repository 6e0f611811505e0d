import {
  DEFAULT_MAX_FRAME_BYTES,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  writeFrameHeader,
} from "../../../wire/frame.ts";
import { encodeHeaders } from "../../../wire/hpack/encoder.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";

/** "From here on my table has no entries": any decoder takes that, and it is true of an encoder that uses none. */
const NO_TABLE = 0x20;

/** A decoder gives out the same list for the same block: most answers of a server are alike. */
const encoded = new WeakMap<readonly HeaderField[], Uint8Array>();

/** How to send a header list. */
export interface HeaderFramesOptions {
  readonly endStream: boolean;
  /** Five bytes to be sent with it. */
  readonly priority?: Uint8Array | undefined;
  /** Makes it a PUSH_PROMISE of that stream. @default 0 */
  readonly promisedId?: number;
  /** Tells the receiver's decoder that the dynamic table is not used: due after it changed its limit (RFC 7541, 4.2). */
  readonly hasSizeUpdate?: boolean;
  /** In how many frames to send it at least, as far as it has so many bytes. @default 1 */
  readonly pieces?: number;
}

/**
 * A header list as HEADERS (or PUSH_PROMISE) and CONTINUATIONs, without the dynamic table.
 *
 * @returns The frames.
 * @throws {TypeError} For what no header may be, such as a name with capitals.
 */
export function headerFrames(
  streamId: number,
  fields: readonly HeaderField[],
  options: HeaderFramesOptions,
): Uint8Array[] {
  const { endStream, priority, promisedId = 0, hasSizeUpdate = false } = options;
  const block = blockOf(fields);
  // So long a payload is taken by every peer.
  const maxFrameBytes = Math.min(
    DEFAULT_MAX_FRAME_BYTES,
    Math.ceil(block.length / (options.pieces ?? 1)) || 1,
  );
  const front = [...(priority ?? []), ...(promisedId === 0 ? [] : fourBytes(promisedId))];
  if (hasSizeUpdate) front.push(NO_TABLE);
  const frames: Uint8Array[] = [];
  let at = 0;
  do {
    const isFirst = frames.length === 0;
    const frontBytes = isFirst ? front.length : 0;
    const takenBytes = Math.max(0, Math.min(block.length - at, maxFrameBytes - frontBytes));
    const frame = new Uint8Array(FRAME_HEADER_BYTES + frontBytes + takenBytes);
    const type = !isFirst ? FRAME.continuation : promisedId === 0 ? FRAME.headers : FRAME.pushPromise;
    const flags = (at + takenBytes === block.length ? FLAG.endHeaders : 0) |
      (isFirst && endStream ? FLAG.endStream : 0) | (isFirst && priority !== undefined ? FLAG.priority : 0);
    writeFrameHeader(frame, 0, frontBytes + takenBytes, type, flags, streamId);
    if (isFirst) frame.set(front, FRAME_HEADER_BYTES);
    frame.set(block.subarray(at, at + takenBytes), FRAME_HEADER_BYTES + frontBytes);
    frames.push(frame);
    at += takenBytes;
  } while (at < block.length);
  return frames;
}

/** A header list as HPACK bytes, not to be changed. @throws {TypeError} As {@linkcode headerFrames}. */
export function blockOf(fields: readonly HeaderField[]): Uint8Array {
  const known = encoded.get(fields);
  if (known !== undefined) return known;
  const block = encodeHeaders(fields);
  encoded.set(fields, block);
  return block;
}

function fourBytes(value: number): number[] {
  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];
}
