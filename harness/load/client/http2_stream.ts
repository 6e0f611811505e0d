import type { HeaderField } from "../../wire/hpack/header_field.ts";
import type { ResponseFacts } from "./response_facts.ts";

/** Who ended a stream before its time. */
export type ResetOrigin = "peer" | "us" | "connection";

/** Where a stream stands. */
export const STREAM_STATE = { unused: 0, queued: 1, open: 2, ended: 3 } as const;
export type StreamState = typeof STREAM_STATE[keyof typeof STREAM_STATE];

/**
 * One request and its answer: the one record that there is of it, so that it can be pooled. The connection calls
 * `onInformational*`, `onHeaders`, `onData*`, `onTrailers?` and then exactly one of `onEnd` and `onReset`; after
 * `cancel` it calls nothing more. When one of the last two is called the record is free and may be used again.
 */
export abstract class Http2Stream {
  /** Identifier on its connection; 0 before it has one. */
  id = 0;
  /** `performance.now()` when its HEADERS were handed to the transport; NaN before. */
  sentT: number = NaN;
  /** Whether the request is a HEAD: a content-length without content is then right. */
  isHeadRequest = false;

  // What follows is the connection's own.
  state: StreamState = STREAM_STATE.unused;
  /** How much of the request's body the peer takes yet. */
  sendWindowBytes = 0;
  /** Received, and not given back to the peer's window. */
  uncreditedBytes = 0;
  /** Of the answer's content-length, what has not come; -1 when none was stated. */
  contentRestBytes = -1;
  hasFinalHead = false;
  /** Whether our side has sent END_STREAM. */
  isSendDone = false;
  /** Whether END_STREAM is to follow what is in `pending`. */
  isSendEnding = false;
  /** Whether it is in the sender's list of those that have something to send. */
  isListed = false;
  /** Header block of a request that is queued. */
  head: Uint8Array | undefined = undefined;
  /** Body bytes that have not gone into frames; the first of them from `pendingAt` on. */
  pending: Uint8Array[] | undefined = undefined;
  pendingAt = 0;

  /** An interim answer (1xx). */
  onInformational(_fields: readonly HeaderField[]): void {}
  /** The head of the answer. The list is shared with other calls: it must not be changed. */
  abstract onHeaders(fields: readonly HeaderField[], facts: ResponseFacts, endStream: boolean): void;
  /** Some content: a view that is valid only during the call. */
  abstract onData(bytes: Uint8Array, start: number, end: number): void;
  /** Trailers; `onEnd` follows. */
  abstract onTrailers(fields: readonly HeaderField[], facts: ResponseFacts): void;
  /** The answer is complete. */
  abstract onEnd(): void;
  /**
   * The stream ended in any other way.
   *
   * @param code HTTP/2 error code; -1 when the connection was lost without one.
   * @param by `us`: the answer was malformed.
   * @param wasProcessed False only when it is certain that the peer never looked at the request.
   * @param why In words.
   */
  abstract onReset(code: number, by: ResetOrigin, wasProcessed: boolean, why: string): void;
  /** All of the content that was given so far has gone into frames, and more can be given. */
  onDrain(): void {}

  /** Makes the record ready for the next request. */
  reset(): void {
    this.id = 0;
    this.sentT = NaN;
    this.sendWindowBytes = 0;
    this.uncreditedBytes = 0;
    this.contentRestBytes = -1;
    this.hasFinalHead = false;
    this.isSendDone = false;
    this.isSendEnding = false;
    this.head = undefined;
    this.pending = undefined;
    this.pendingAt = 0;
  }
}
