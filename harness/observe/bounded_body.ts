/** A body that is longer than the receiver takes. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * Reads a body whole, unpacked, up to a limit. The limit holds for the packed and for the unpacked bytes, so that a
 * small body cannot blow up.
 *
 * @param body As it came; null for none.
 * @param encoding Value of `content-encoding`.
 * @param limitBytes Most bytes.
 * @throws {BodyTooLargeError} Beyond the limit.
 * @throws {TypeError} When the encoding is not known, or the bytes are not what it says.
 */
export async function readBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  encoding: string,
  limitBytes: number,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const bounded = body.pipeThrough(limit(limitBytes));
  if (encoding === "" || encoding === "identity") return await collect(bounded);
  if (encoding !== "gzip" && encoding !== "deflate") {
    throw new TypeError(`content-encoding: expected gzip, deflate or none, found ${encoding}`);
  }
  return await collect(bounded.pipeThrough(new DecompressionStream(encoding)).pipeThrough(limit(limitBytes)));
}

function limit(limitBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.length;
      if (seen > limitBytes) throw new BodyTooLargeError(`the body is longer than ${limitBytes} bytes`);
      controller.enqueue(chunk);
    },
  });
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
