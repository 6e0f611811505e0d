import { ApiError, badRequestBody } from "./api_error.ts";

/** Longest body of a request: a thousand proxies fit many times over. */
const LIMIT_BYTES = 1 << 20;

/**
 * The JSON document that a request carries.
 *
 * @throws {ApiError} 400 when it is none, 413 when it is longer than 1 MiB.
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBounded(request);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequestBody("expected JSON in UTF-8, found bytes that are no UTF-8");
  }
  if (text.trim() === "") throw badRequestBody("expected JSON, found nothing (EOF)");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequestBody(`expected JSON: ${(error as SyntaxError).message}`);
  }
}

async function readBounded(request: Request): Promise<Uint8Array> {
  const whole = new Uint8Array(LIMIT_BYTES);
  let lengthBytes = 0;
  for await (const piece of request.body ?? []) {
    if (lengthBytes + piece.length > LIMIT_BYTES) {
      throw new ApiError(413, `expected a body of at most ${LIMIT_BYTES} bytes, found a longer one`);
    }
    whole.set(piece, lengthBytes);
    lengthBytes += piece.length;
  }
  return whole.subarray(0, lengthBytes);
}
