import { MessageReader } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { metadataOf } from "./call_metadata.ts";
import { type CallStatus, statusOfAnswer, statusOfReset } from "./call_status.ts";
import { Http2Stream, type ResetOrigin } from "./http2_stream.ts";
import type { ResponseFacts } from "./response_facts.ts";

/** Longest message that is taken. */
const MAX_MESSAGE_BYTES = 64 << 20;

/** Who is told of an answer. */
export interface AnswerListener {
  /** A message came; it is in bytes of its own. */
  onMessage(message: Uint8Array): void;
  /** The answer is complete, or will never be. Told once, unless the stream is cancelled before. */
  onOver(status: CallStatus): void;
  /** The answer cannot be taken: whoever is told cancels the stream. */
  onFault(status: CallStatus): void;
}

/** One gRPC call on the wire whose whole answer is kept. */
export class AnswerStream extends Http2Stream {
  /** Of `:status`; 0 before the head of the answer came. */
  httpStatus = 0;
  /** Metadata; empty in an answer of trailers alone. */
  headers: Readonly<Record<string, string>> = {};
  trailers: Readonly<Record<string, string>> = {};
  /** Messages that came. */
  messages = 0;
  readonly #isUnary: boolean;
  readonly #listener: AnswerListener;
  #trailerFields: readonly HeaderField[] | undefined;
  #fault: CallStatus | undefined;
  readonly #reader = new MessageReader((flag, messageBytes) => this.#checkPrefix(flag, messageBytes));

  /** @param isUnary Whether status OK without a message is an error. */
  constructor(isUnary: boolean, listener: AnswerListener) {
    super();
    this.#isUnary = isUnary;
    this.#listener = listener;
  }

  override onHeaders(fields: readonly HeaderField[], facts: ResponseFacts, endStream: boolean): void {
    this.httpStatus = facts.status;
    if (endStream) this.#takeTrailers(fields);
    else this.headers = metadataOf(fields);
  }

  override onData(bytes: Uint8Array, start: number, end: number): void {
    // The body of an answer that is not gRPC's (an error page of a proxy) is no message.
    if (this.httpStatus !== 200 || this.#fault !== undefined) return;
    try {
      for (const message of this.#reader.push(bytes, start, end)) {
        this.messages++;
        this.#listener.onMessage(message);
      }
    } catch (error) {
      if (this.#fault === undefined) throw error;
      this.#listener.onFault(this.#fault);
    }
  }

  override onTrailers(fields: readonly HeaderField[]): void {
    this.#takeTrailers(fields);
  }

  override onEnd(): void {
    this.#listener.onOver(statusOfAnswer({
      httpStatus: this.httpStatus,
      trailers: this.#trailerFields,
      messages: this.messages,
      isUnary: this.#isUnary,
      pendingBytes: this.#reader.pendingBytes,
    }));
  }

  override onReset(code: number, by: ResetOrigin, _wasProcessed: boolean, why: string): void {
    this.#listener.onOver(statusOfReset(code, by, why, this.httpStatus));
  }

  #takeTrailers(fields: readonly HeaderField[]): void {
    this.#trailerFields = fields;
    this.trailers = metadataOf(fields);
  }

  #checkPrefix(flag: number, messageBytes: number): void {
    if (flag !== 0) {
      // We send no grpc-accept-encoding.
      this.#fault = {
        status: "INTERNAL",
        message: `a compressed message (flag ${flag}) that nobody asked for`,
      };
    } else if (messageBytes > MAX_MESSAGE_BYTES) {
      this.#fault = {
        status: "RESOURCE_EXHAUSTED",
        message: `a message of ${messageBytes} bytes, expected at most ${MAX_MESSAGE_BYTES}`,
      };
    }
    if (this.#fault !== undefined) throw new RangeError(this.#fault.message);
  }
}
