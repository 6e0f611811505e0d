import { ERROR_NAMES, type ErrorCode } from "./frame.ts";

/** What a peer did against RFC 9113, with the code that it is to be told. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";

  /**
   * @param code As in GOAWAY and RST_STREAM.
   * @param message What was expected and what was found.
   * @param streamId The stream that alone is concerned; 0 when the connection is lost.
   */
  constructor(readonly code: ErrorCode, message: string, readonly streamId: number = 0) {
    super(`${ERROR_NAMES[code] ?? code}: ${message}`);
  }
}
