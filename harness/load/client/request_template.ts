import { FLAG, FRAME, FRAME_HEADER_BYTES, writeFrameHeader } from "../../wire/frame.ts";
import type { Output } from "./output.ts";

/** Where a frame's header has the identifier of its stream. */
const ID_AT = 5;

/** All frames of a request, made once: HEADERS and at most one DATA, in which only the identifier changes. */
export class RequestTemplate {
  readonly #bytes: Uint8Array;
  /** Where the DATA frame begins; -1 without one. */
  readonly #dataAt: number;

  private constructor(bytes: Uint8Array, dataAt: number) {
    this.#bytes = bytes;
    this.#dataAt = dataAt;
  }

  /** @returns Undefined when head or body take more than a frame each. */
  static of(
    head: Uint8Array,
    body: Uint8Array | undefined,
    maxFrameBytes: number,
  ): RequestTemplate | undefined {
    const bodyBytes = body === undefined ? 0 : body.length;
    if (head.length > maxFrameBytes || bodyBytes > maxFrameBytes) return undefined;
    const dataAt = FRAME_HEADER_BYTES + head.length;
    const bytes = new Uint8Array(dataAt + (bodyBytes === 0 ? 0 : FRAME_HEADER_BYTES + bodyBytes));
    const headFlags = FLAG.endHeaders | (bodyBytes === 0 ? FLAG.endStream : 0);
    writeFrameHeader(bytes, 0, head.length, FRAME.headers, headFlags, 0);
    bytes.set(head, FRAME_HEADER_BYTES);
    if (bodyBytes === 0) return new RequestTemplate(bytes, -1);
    writeFrameHeader(bytes, dataAt, bodyBytes, FRAME.data, FLAG.endStream, 0);
    bytes.set(body!, dataAt + FRAME_HEADER_BYTES);
    return new RequestTemplate(bytes, dataAt);
  }

  /** Adds the frames of one request. */
  write(output: Output, streamId: number): void {
    const bytes = this.#bytes;
    output.reserve(bytes.length);
    const to = output.buffer;
    const at = output.at;
    to.set(bytes, at);
    writeId(to, at + ID_AT, streamId);
    if (this.#dataAt >= 0) writeId(to, at + this.#dataAt + ID_AT, streamId);
    output.at = at + bytes.length;
  }
}

function writeId(to: Uint8Array, at: number, id: number): void {
  to[at] = id >>> 24;
  to[at + 1] = id >>> 16;
  to[at + 2] = id >>> 8;
  to[at + 3] = id;
}
