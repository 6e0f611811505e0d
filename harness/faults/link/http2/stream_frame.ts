/** A frame of one stream, taken out of its connection: what the rules work on. */
import { FLAG, FRAME, FRAME_HEADER_BYTES } from "../../../wire/frame.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";

/** HEADERS with its CONTINUATIONs, decoded. */
export interface HeadersFrame {
  readonly kind: "headers";
  readonly fields: readonly HeaderField[];
  readonly endStream: boolean;
  readonly priority: Uint8Array | undefined;
}

/** Any other frame; its payload is its own. */
export interface PlainFrame {
  readonly kind: "plain";
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

export type StreamFrame = HeadersFrame | PlainFrame;

/** About what it takes to keep a frame. */
export function sizeOf(frame: StreamFrame): number {
  if (frame.kind === "plain") return FRAME_HEADER_BYTES + frame.payload.length;
  return frame.fields.reduce((sum, [name, value]) => sum + name.length + value.length, FRAME_HEADER_BYTES);
}

/** Whether its sender is done with the stream. */
export function endsStream(frame: StreamFrame): boolean {
  if (frame.kind === "headers") return frame.endStream;
  return frame.type === FRAME.rstStream ||
    (frame.type === FRAME.data && (frame.flags & FLAG.endStream) !== 0);
}

/**
 * What the body gets of a DATA frame.
 *
 * @returns A view without the padding; undefined when there is more padding than payload.
 */
export function dataOf(frame: PlainFrame): Uint8Array | undefined {
  if (!(frame.flags & FLAG.padded)) return frame.payload;
  const end = frame.payload.length - (frame.payload[0] ?? 0);
  return end < 1 ? undefined : frame.payload.subarray(1, end);
}
