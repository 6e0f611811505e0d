/** gRPC's length-prefixed messages (PROTOCOL-HTTP2.md of grpc/grpc), for calls made below the level of grpc-js. */

const PREFIX_BYTES = 5;

/**
 * One message with its prefix, not compressed.
 *
 * @param message The message's own bytes.
 */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(framed.buffer).setUint32(1, message.length);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/**
 * Told of a message's prefix as soon as it is there: its flag (1 is compressed) and the length of what follows. What it
 * throws goes through `push` to who pushed.
 */
export type PrefixHandler = (flag: number, messageBytes: number) => void;

/** Cuts a byte stream back into messages, however it was sliced on the way. */
export class MessageReader {
  readonly #onPrefix: PrefixHandler | undefined;
  #buffer: Uint8Array = new Uint8Array(256);
  #start = 0;
  #end = 0;
  /** End of the message that has begun, in the buffer; 0 before its prefix is whole. */
  #messageEnd = 0;

  constructor(onPrefix?: PrefixHandler) {
    this.#onPrefix = onPrefix;
  }

  /** Bytes of a message that is not yet whole. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @returns The messages that are now complete, in order, each in bytes of its own.
   */
  push(bytes: Uint8Array, from = 0, to: number = bytes.length): Uint8Array[] {
    this.#append(bytes, from, to);
    const messages: Uint8Array[] = [];
    while (true) {
      if (this.#messageEnd === 0 && !this.#readPrefix()) break;
      if (this.#messageEnd > this.#end) break;
      messages.push(this.#buffer.slice(this.#start + PREFIX_BYTES, this.#messageEnd));
      this.#start = this.#messageEnd;
      this.#messageEnd = 0;
    }
    if (this.#start === this.#end) this.#start = this.#end = 0;
    return messages;
  }

  #readPrefix(): boolean {
    if (this.pendingBytes < PREFIX_BYTES) return false;
    const view = new DataView(this.#buffer.buffer, this.#start, PREFIX_BYTES);
    const messageBytes = view.getUint32(1);
    this.#onPrefix?.(view.getUint8(0), messageBytes);
    this.#messageEnd = this.#start + PREFIX_BYTES + messageBytes;
    return true;
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (this.#end + length > this.#buffer.length) {
      const held = this.#buffer.subarray(this.#start, this.#end);
      // Doubled, so that a long message in many pieces is not copied once a piece.
      const isRoomy = held.length + length <= this.#buffer.length / 2;
      const next = isRoomy ? this.#buffer : new Uint8Array(2 * (held.length + length));
      next.set(held);
      if (this.#messageEnd > 0) this.#messageEnd -= this.#start;
      this.#end = held.length;
      this.#start = 0;
      this.#buffer = next;
    }
    this.#buffer.set(bytes.subarray(from, to), this.#end);
    this.#end += length;
  }
}

/**
 * Decodes the percent-encoding of `grpc-message`. What is badly encoded is left as it is, as the protocol demands.
 *
 * @param text Header value.
 */
export function decodeGrpcMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * `grpc-timeout` for a duration.
 *
 * @param durationMs Rounded up to whole milliseconds; at most eight digits are allowed, beyond it seconds are sent.
 */
export function grpcTimeout(durationMs: number): string {
  const whole = Math.max(0, Math.ceil(durationMs));
  return whole < 1e8 ? `${whole}m` : `${Math.ceil(whole / 1000)}S`;
}

/**
 * The status that a client assumes for an answer without `grpc-status` (http-grpc-status-mapping.md of grpc/grpc).
 *
 * @param httpStatus `:status` of the answer.
 */
export function statusOfHttp(httpStatus: number): string {
  switch (httpStatus) {
    case 400:
      return "INTERNAL";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "UNIMPLEMENTED";
    case 429:
    case 502:
    case 503:
    case 504:
      return "UNAVAILABLE";
    default:
      return "UNKNOWN";
  }
}
