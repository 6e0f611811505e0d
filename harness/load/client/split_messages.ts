const PREFIX_BYTES = 5;

/** A body is used again and again. */
const known = new WeakMap<Uint8Array, readonly Uint8Array[]>();

/**
 * The messages of a body, each with its prefix, as views on it.
 *
 * @param body gRPC messages with their prefixes; the same array must always hold the same ones.
 * @throws {RangeError} When it ends in the middle of a message.
 */
export function splitMessages(body: Uint8Array): readonly Uint8Array[] {
  const before = known.get(body);
  if (before !== undefined) return before;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + PREFIX_BYTES + (at + PREFIX_BYTES <= body.length ? view.getUint32(at + 1) : 0);
    if (end > body.length) {
      throw new RangeError(
        `Cannot stream a body as it must be whole gRPC messages: current value has ${body.length} bytes, and ` +
          `message ${messages.length + 1} ends at ${end}`,
      );
    }
    messages.push(body.subarray(at, end));
    at = end;
  }
  known.set(body, messages);
  return messages;
}
