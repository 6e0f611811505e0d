import type { PreparedRequest } from "../target.ts";
import { GrpcAttempt } from "./grpc_attempt.ts";
import type { AttemptOwner } from "./load_attempt.ts";
import { splitMessages } from "./split_messages.ts";

/**
 * How the messages of a request go out: `at once`, each in a frame of its own, as a client stream; or `in turn`, each
 * when its predecessor was answered by a message, as a conversation over a bidirectional stream.
 */
export type StreamingPace = "at once" | "in turn";

/** A gRPC call whose request is a stream of messages. The last one goes out with the end of the stream. */
export class StreamingAttempt extends GrpcAttempt {
  readonly #pace: StreamingPace;
  #requested: readonly Uint8Array[] = [];
  #sent = 0;

  constructor(owner: AttemptOwner, pace: StreamingPace) {
    super(owner, pace === "at once" ? "one" : "any");
    this.#pace = pace;
  }

  override begin(request: PreparedRequest): void {
    this.#requested = splitMessages(request.body);
    this.#sent = 0;
    this.connection!.request(this, request.head, undefined, this.#requested.length === 0);
    const first = this.#pace === "at once" ? this.#requested.length : Math.min(1, this.#requested.length);
    while (this.#sent < first) this.#sendNext();
  }

  override onData(bytes: Uint8Array, start: number, end: number): void {
    super.onData(bytes, start, end);
    while (this.#sent <= this.messages && this.#sent < this.#requested.length) this.#sendNext();
  }

  #sendNext(): void {
    const message = this.#requested[this.#sent++]!;
    this.connection!.sendData(this, message, this.#sent === this.#requested.length);
  }
}
