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

/** Cuts a byte stream back into messages, however it was sliced on the way. */
export class MessageReader {
  #buffer: Uint8Array = new Uint8Array(0);

  /**
   * Takes the next bytes of the stream.
   *
   * @returns The messages that are now complete, in order.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    const view = new DataView(joined.buffer);
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (joined.length - offset >= PREFIX_BYTES) {
      const end = offset + PREFIX_BYTES + view.getUint32(offset + 1);
      if (end > joined.length) break;
      messages.push(joined.slice(offset + PREFIX_BYTES, end));
      offset = end;
    }
    this.#buffer = joined.slice(offset);
    return messages;
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
