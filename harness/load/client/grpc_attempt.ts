import { STATUS, STATUS_NAMES } from "../../model/grpc_status.ts";
import { statusOfHttp } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { OUTCOME } from "../attempt.ts";
import { type AttemptOwner, LoadAttempt } from "./load_attempt.ts";
import type { ResponseFacts } from "./response_facts.ts";

const PREFIX_BYTES = 5;

/** How many messages make a right answer: one for a unary or client-streaming method. */
export type ExpectedMessages = "one" | "any";

/** A gRPC call. Its messages are counted, not kept. */
export class GrpcAttempt extends LoadAttempt {
  /** Whole messages of the answer. */
  protected messages = 0;
  readonly #expected: ExpectedMessages;
  #httpStatus = 0;
  #grpcStatus = -1;
  /** Of the message under way, what has not come. */
  #restBytes = 0;
  /** Of the prefix under way, what has come: how many bytes, and the length as far as it is known. */
  #prefixBytes = 0;
  #prefixLength = 0;

  constructor(owner: AttemptOwner, expected: ExpectedMessages) {
    super(owner);
    this.#expected = expected;
  }

  override reset(): void {
    super.reset();
    this.#grpcStatus = -1;
    this.messages = 0;
    this.#restBytes = 0;
    this.#prefixBytes = 0;
    this.#prefixLength = 0;
  }

  override onHeaders(_fields: readonly HeaderField[], facts: ResponseFacts, endStream: boolean): void {
    this.firstByteT = this.connection!.receivedT;
    this.#httpStatus = facts.status;
    if (endStream) this.#grpcStatus = facts.grpcStatus;
  }

  override onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#restBytes === 0 && this.#prefixBytes === 0 && end - start >= PREFIX_BYTES) {
      const length = end - start - PREFIX_BYTES;
      // By far the most common case: a frame that is one message.
      if (lengthAt(bytes, start + 1) === length) {
        this.messages++;
        this.bytes += length;
        return;
      }
    }
    this.#count(bytes, start, end);
  }

  override onTrailers(_fields: readonly HeaderField[], facts: ResponseFacts): void {
    this.#grpcStatus = facts.grpcStatus;
  }

  override onEnd(): void {
    const code = this.#code();
    this.answered(code === STATUS.OK ? OUTCOME.ok : OUTCOME.status, code);
  }

  #code(): number {
    if (this.#grpcStatus < 0) {
      return (STATUS_NAMES as readonly string[]).indexOf(statusOfHttp(this.#httpStatus));
    }
    if (this.#grpcStatus > 0) return this.#grpcStatus;
    const isCut = this.#restBytes > 0 || this.#prefixBytes > 0;
    return isCut || this.#expected === "one" && this.messages !== 1 ? STATUS.INTERNAL : STATUS.OK;
  }

  #count(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      if (this.#restBytes > 0) {
        const taken = Math.min(this.#restBytes, end - at);
        this.#restBytes -= taken;
        this.bytes += taken;
        at += taken;
        if (this.#restBytes === 0) this.messages++;
        continue;
      }
      // The first byte of a prefix tells of compression, the others are the length.
      if (this.#prefixBytes++ > 0) this.#prefixLength = (this.#prefixLength << 8 | bytes[at]!) >>> 0;
      at++;
      if (this.#prefixBytes < PREFIX_BYTES) continue;
      this.#restBytes = this.#prefixLength;
      if (this.#restBytes === 0) this.messages++;
      this.#prefixBytes = 0;
      this.#prefixLength = 0;
    }
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}
