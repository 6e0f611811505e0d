import type { AttemptSink } from "./attempt.ts";

/** What an attempt sends, made once and used often. */
export interface PreparedRequest {
  /** Method, path and metadata; for HTTP/2 an HPACK block (see `encodeHeaders`), for HTTP/1.1 request line and headers. */
  readonly head: Uint8Array;
  /** Everything that follows: gRPC messages with their prefixes, or a body. Empty for none. */
  readonly body: Uint8Array;
}

/** What the generator drives: connections of one protocol to one address. */
export interface LoadTarget extends AsyncDisposable {
  /** Attempts that have begun and not ended. */
  readonly inFlight: number;
  /**
   * Begins an attempt. It is told to the target's sink when it ends, exactly once, and never before this returns. What it
   * wants to write may wait for {@linkcode flush}, so that attempts that are due together leave in one write.
   *
   * @param timeoutMs Counted from the moment of sending.
   */
  send(index: number, plannedT: number, request: PreparedRequest, timeoutMs: number): void;
  /** Hands over to the sockets what was begun since the last time; that moment is the attempts' `sentT`. */
  flush(): void;
  /** Ends everything in flight as `cancelled` and closes the connections. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a target: connects before it resolves, so that no attempt pays for it. */
export type OpenTarget<Options> = (options: Options, sink: AttemptSink) => Promise<LoadTarget>;
