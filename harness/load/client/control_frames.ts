import { ERROR } from "../../wire/frame.ts";
import { Http2Error } from "../../wire/http2_error.ts";

/** @throws {Http2Error} When a PING is not one by RFC 9113, section 6.7. */
export function checkPing(streamId: number, start: number, end: number): void {
  if (streamId !== 0) throw new Http2Error(ERROR.protocolError, `PING on stream ${streamId}`);
  if (end - start !== 8) {
    throw new Http2Error(ERROR.frameSizeError, `PING has ${end - start} bytes, expected 8`);
  }
}

/**
 * Looks at a PRIORITY, which is of no other use any more (RFC 9113, section 5.3).
 *
 * @returns The error of the stream, when its length is wrong.
 * @throws {Http2Error} When it is on no stream.
 */
export function checkPriority(streamId: number, start: number, end: number): Http2Error | undefined {
  if (streamId === 0) throw new Http2Error(ERROR.protocolError, "PRIORITY on stream 0");
  if (end - start === 5) return undefined;
  return new Http2Error(ERROR.frameSizeError, `PRIORITY has ${end - start} bytes, expected 5`);
}

/**
 * The number that a RST_STREAM or WINDOW_UPDATE is made of.
 *
 * @throws {Http2Error} FRAME_SIZE_ERROR when it has not four bytes.
 */
export function numberOf(type: number, bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4) {
    throw new Http2Error(
      ERROR.frameSizeError,
      `a frame of type ${type} has ${end - start} bytes, expected 4`,
    );
  }
  return (bytes[start]! << 24 | bytes[start + 1]! << 16 | bytes[start + 2]! << 8 | bytes[start + 3]!) >>> 0;
}
