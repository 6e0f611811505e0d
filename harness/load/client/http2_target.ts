import type { AttemptSink } from "../attempt.ts";
import type { LoadTarget } from "../target.ts";
import { HttpAttempt } from "./http_attempt.ts";
import { type Http2LoadOptions, Http2LoadTarget } from "./http2_load_target.ts";

/**
 * Opens a target for plain requests over HTTP/2: heads by `httpHead`, any body. Outcome and code are by `:status`.
 *
 * @throws What connecting fails with.
 */
export function openHttp2Target(options: Http2LoadOptions, sink: AttemptSink): Promise<LoadTarget> {
  return Http2LoadTarget.open(options, sink, (owner) => new HttpAttempt(owner));
}
