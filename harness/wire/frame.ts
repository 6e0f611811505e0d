/** HTTP/2 frames as bytes (RFC 9113, section 4 and 6). */

/** Length of the header of every frame. */
export const FRAME_HEADER_BYTES = 9;

/** What a client sends before its first frame. */
export const CLIENT_PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Largest payload that a peer must take without having said so (SETTINGS_MAX_FRAME_SIZE). */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;

/** Flow-control window of a connection and of each stream before anything was said. */
export const DEFAULT_WINDOW_BYTES = 65_535;

/** Largest window; one that grows beyond it is an error. */
export const MAX_WINDOW_BYTES = 0x7fffffff;

/** Frame types. */
export const FRAME = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** Flags; which of them a frame may carry depends on its type. */
export const FLAG = {
  endStream: 0x1,
  /** Of SETTINGS and PING. */
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** Identifiers of settings. */
export const SETTING = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

/** Error codes of RST_STREAM and GOAWAY. */
export const ERROR = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const;
export type ErrorCode = number;

/** The codes by their names in RFC 9113. */
export const ERROR_NAMES: readonly string[] = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

/**
 * Writes a frame's header.
 *
 * @param to Where, with at least nine bytes from `at` on.
 * @param payloadBytes Length of what follows.
 */
export function writeFrameHeader(
  to: Uint8Array,
  at: number,
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  to[at] = payloadBytes >>> 16;
  to[at + 1] = payloadBytes >>> 8;
  to[at + 2] = payloadBytes;
  to[at + 3] = type;
  to[at + 4] = flags;
  to[at + 5] = streamId >>> 24 & 0x7f;
  to[at + 6] = streamId >>> 16;
  to[at + 7] = streamId >>> 8;
  to[at + 8] = streamId;
}

/** A whole frame in bytes of its own. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/**
 * A header block as HEADERS, and CONTINUATION where it is longer than one frame may be.
 *
 * @param block HPACK bytes.
 * @param endStream Whether the sender is done with the stream.
 */
export function headersFrames(
  streamId: number,
  block: Uint8Array,
  endStream: boolean,
  maxFrameBytes: number = DEFAULT_MAX_FRAME_BYTES,
): Uint8Array {
  const pieces = Math.max(1, Math.ceil(block.length / maxFrameBytes));
  const bytes = new Uint8Array(block.length + pieces * FRAME_HEADER_BYTES);
  for (let piece = 0, at = 0; piece < pieces; piece++) {
    const part = block.subarray(piece * maxFrameBytes, (piece + 1) * maxFrameBytes);
    const flags = (piece === pieces - 1 ? FLAG.endHeaders : 0) |
      (piece === 0 && endStream ? FLAG.endStream : 0);
    writeFrameHeader(
      bytes,
      at,
      part.length,
      piece === 0 ? FRAME.headers : FRAME.continuation,
      flags,
      streamId,
    );
    bytes.set(part, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + part.length;
  }
  return bytes;
}

/** Settings as pairs of identifier and value; without any pair it is an empty SETTINGS. */
export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Uint8Array {
  const payload = new Uint8Array(settings.length * 6);
  const view = new DataView(payload.buffer);
  settings.forEach(([id, value], index) => {
    view.setUint16(index * 6, id);
    view.setUint32(index * 6 + 2, value);
  });
  return frame(FRAME.settings, 0, 0, payload);
}

/** The answer to a peer's SETTINGS. */
export function settingsAck(): Uint8Array {
  return frame(FRAME.settings, FLAG.ack, 0, new Uint8Array(0));
}

/** Ends a stream at once. */
export function rstStreamFrame(streamId: number, code: ErrorCode): Uint8Array {
  return frame(FRAME.rstStream, 0, streamId, fourBytes(code));
}

/** Lets the peer send so many bytes more, on a stream or (0) on the connection. */
export function windowUpdateFrame(streamId: number, increment: number): Uint8Array {
  return frame(FRAME.windowUpdate, 0, streamId, fourBytes(increment));
}

/**
 * Says that no stream above `lastStreamId` was or will be looked at.
 *
 * @param debug Text for whoever reads the peer's log.
 */
export function goawayFrame(lastStreamId: number, code: ErrorCode, debug = ""): Uint8Array {
  const text = new TextEncoder().encode(debug);
  const payload = new Uint8Array(8 + text.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, lastStreamId);
  view.setUint32(4, code);
  payload.set(text, 8);
  return frame(FRAME.goaway, 0, 0, payload);
}

/**
 * A PING, or the answer to one.
 *
 * @param opaque Eight bytes.
 */
export function pingFrame(opaque: Uint8Array, isAck: boolean): Uint8Array {
  return frame(FRAME.ping, isAck ? FLAG.ack : 0, 0, opaque);
}

function fourBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
