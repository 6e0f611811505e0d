import type { AttemptSink } from "../attempt.ts";
import type { LoadTarget } from "../target.ts";
import { type Http2LoadOptions, Http2LoadTarget } from "./http2_load_target.ts";
import { StreamingAttempt, type StreamingPace } from "./streaming_attempt.ts";

/** What is driven over gRPC by calls that stream their requests. */
export interface StreamingTargetOptions extends Http2LoadOptions {
  /** `at once` for client-streaming methods, which answer with one message; `in turn` for bidirectional ones. */
  readonly pace: StreamingPace;
}

/**
 * Opens a target for gRPC calls that stream their requests: heads by `grpcHead`, bodies of any number of framed
 * messages, one after the other. Outcomes and codes are those of a gRPC target. Calls whose answers alone are streams
 * need no more than that (`openGrpcTarget` with `answers: "any"`).
 *
 * @throws What connecting fails with. `send` throws a RangeError for a body that is not whole messages.
 */
export function openStreamingTarget(options: StreamingTargetOptions, sink: AttemptSink): Promise<LoadTarget> {
  return Http2LoadTarget.open(options, sink, (owner) => new StreamingAttempt(owner, options.pace));
}
