/** One call of `meshproof.v1.Echo` over the harness's own HTTP/2 connection. */
import { errorText } from "../../model/error_text.ts";
import type { StatusName } from "../../model/event.ts";
import { frameMessage, grpcTimeout } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import type { CallRequest } from "../call.ts";
import type { WireOutcome } from "../call_ledger.ts";
import { echoPath, encodeEchoRequest } from "../echo_schema.ts";
import { AnswerStream } from "./answer_stream.ts";
import { metadataFields } from "./call_metadata.ts";
import { grpcHead } from "./grpc_head.ts";
import type { Http2Connection } from "./http2_connection.ts";

/** Where a call goes. */
export interface CallPath {
  /** `:authority` of the request. */
  readonly authority: string;
  readonly scheme: "http" | "https";
  /** A connection that takes requests; rejects where none can be had. Asked for once a call. */
  connection(): Http2Connection | Promise<Http2Connection>;
}

/** How a call ended on the wire; `httpStatus` is 0 when no response headers came. */
export interface EchoOutcome extends WireOutcome {
  readonly httpStatus: number;
}

/**
 * Makes a call. Never rejects, never tries again: what the wire did is the result.
 *
 * @param request The call; its deadline counts from now, is told to the peer and kept here.
 * @param metadata To be sent, names in lower case, binary values in base64.
 */
export function callEcho(
  path: CallPath,
  request: CallRequest,
  metadata: Readonly<Record<string, string>>,
): Promise<EchoOutcome> {
  return new Promise((resolve) => {
    const method = request.method ?? "Call";
    const deadlineT = performance.now() + request.deadlineMs;
    let last: Uint8Array | undefined;
    let connection: Http2Connection | undefined;
    let isOver = false;

    const end = (status: StatusName, message: string) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", cancel);
      const outcome = {
        status,
        message,
        headers: stream.headers,
        trailers: stream.trailers,
        messages: stream.messages,
        httpStatus: stream.httpStatus,
        ...(last === undefined ? {} : { lastMessage: last }),
      };
      // Calls that fail at once, made in a loop until their peer is back, would keep the event loop from ever turning.
      if (status === "OK") resolve(outcome);
      else setImmediate(() => resolve(outcome));
    };
    const giveUp = (status: StatusName, message: string) => {
      if (isOver) return;
      connection?.cancel(stream);
      connection?.flush();
      end(status, message);
    };
    const cancel = () => giveUp("CANCELLED", "cancelled by the caller");
    const stream = new AnswerStream(method === "Call", {
      onMessage: (message) => {
        last = message;
        request.onMessage?.(stream.messages);
      },
      onOver: ({ status, message }) => {
        // A peer that was told the deadline may reset the call at that time, a little before our own timer wakes.
        const isLate = status === "CANCELLED" && performance.now() >= deadlineT;
        end(isLate ? "DEADLINE_EXCEEDED" : status, message);
      },
      onFault: ({ status, message }) => giveUp(status, message),
    });
    const send = (open: Http2Connection, fields: readonly HeaderField[]) => {
      if (isOver) return;
      const head = grpcHead({
        path: echoPath(method),
        authority: path.authority,
        scheme: path.scheme,
        metadata: fields,
        timeout: grpcTimeout(Math.max(1, deadlineT - performance.now())),
      });
      if (!open.request(stream, head, frameMessage(encodeEchoRequest(request)))) {
        return end("UNAVAILABLE", "the connection has ended");
      }
      connection = open;
      open.flush();
    };

    const timer = setTimeout(
      () => giveUp("DEADLINE_EXCEEDED", `no complete answer within ${request.deadlineMs} ms`),
      request.deadlineMs,
    );
    if (request.signal?.aborted) return cancel();
    request.signal?.addEventListener("abort", cancel, { once: true });
    let fields: readonly HeaderField[];
    try {
      fields = metadataFields(metadata);
    } catch (error) {
      return end("INTERNAL", errorText(error));
    }
    const fail = (error: unknown) => end("UNAVAILABLE", errorText(error));
    try {
      const open = path.connection();
      if (open instanceof Promise) open.then((ready) => send(ready, fields)).catch(fail);
      else send(open, fields);
    } catch (error) {
      fail(error);
    }
  });
}
