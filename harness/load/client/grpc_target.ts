import type { AttemptSink } from "../attempt.ts";
import type { LoadTarget } from "../target.ts";
import { type ExpectedMessages, GrpcAttempt } from "./grpc_attempt.ts";
import { type Http2LoadOptions, Http2LoadTarget } from "./http2_load_target.ts";

/** What is driven over gRPC. */
export interface GrpcTargetOptions extends Http2LoadOptions {
  /** Messages of a right answer: `one` for unary and client-streaming methods, else `any`. @default "one" */
  readonly answers?: ExpectedMessages;
}

/**
 * Opens a target for gRPC calls whose messages are all known when they begin: heads by `grpcHead`, bodies of framed
 * messages. Outcome and code are by `grpc-status`, or where that lacks as gRPC derives it from the HTTP status.
 *
 * @throws What connecting fails with.
 */
export function openGrpcTarget(options: GrpcTargetOptions, sink: AttemptSink): Promise<LoadTarget> {
  const { answers = "one" } = options;
  return Http2LoadTarget.open(options, sink, (owner) => new GrpcAttempt(owner, answers));
}
