/** One gRPC call over an HTTP/2 session that the harness opened itself. */
import "../runtime/safe_http2.ts";
import http2 from "node:http2";
import { STATUS_NAMES } from "../model/grpc_status.ts";
import type { CallRequest } from "./call.ts";
import type { WireOutcome } from "./call_ledger.ts";
import { echoPath, encodeEchoRequest } from "./echo_schema.ts";
import {
  decodeGrpcMessage,
  frameMessage,
  grpcTimeout,
  MessageReader,
  statusOfHttp,
} from "../wire/grpc_frame.ts";

/** How a call over a session ended; `httpStatus` is 0 when no response headers came. */
export interface Http2Outcome extends WireOutcome {
  readonly httpStatus: number;
}

/**
 * Makes a call of `meshproof.v1.Echo` on an open session. Never rejects.
 *
 * @param session Open, or still connecting.
 * @param request The call; its deadline is told to the peer and kept here.
 * @param headers Metadata to send, lower case.
 */
export function callOverSession(
  session: http2.ClientHttp2Session,
  request: CallRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Http2Outcome> {
  return new Promise((resolve) => {
    let answer: Record<string, string> = {};
    let trailers: Record<string, string> = {};
    let httpStatus = 0;
    let messages = 0;
    let last: Uint8Array | undefined;
    let stream: http2.ClientHttp2Stream | undefined;
    let isOver = false;

    const end = (status: string, message: string) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", cancel);
      session.off("error", onBroken);
      session.off("close", onClosed);
      const outcome = {
        status,
        message,
        headers: answer,
        trailers,
        messages,
        httpStatus,
        ...(last === undefined ? {} : { lastMessage: last }),
      };
      // A session whose socket has died fails calls at once, and is told of its own end only in a later turn of the event
      // loop: a caller that calls again until it has ended must not keep that turn from coming.
      if (status === "OK") resolve(outcome);
      else setTimeout(() => resolve(outcome));
    };
    const giveUp = (status: string, message: string) => {
      stream?.close(http2.constants.NGHTTP2_CANCEL);
      end(status, message);
    };
    const cancel = () => giveUp("CANCELLED", "cancelled by the caller");
    const onBroken = (error: unknown) => end("UNAVAILABLE", textOf(error));
    const onClosed = () => end("UNAVAILABLE", "the session closed before the answer was complete");
    const timer = setTimeout(
      () => giveUp("DEADLINE_EXCEEDED", `no complete answer within ${request.deadlineMs} ms`),
      request.deadlineMs,
    );
    if (request.signal?.aborted) return cancel();
    if (session.destroyed || session.closed) return end("UNAVAILABLE", "the session is closed");
    request.signal?.addEventListener("abort", cancel, { once: true });
    session.on("error", onBroken);
    session.on("close", onClosed);

    try {
      stream = session.request({
        ...headers,
        ":method": "POST",
        ":path": echoPath(request.method ?? "Call"),
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-timeout": grpcTimeout(request.deadlineMs),
      });
    } catch (error) {
      return end("UNAVAILABLE", textOf(error));
    }
    const reader = new MessageReader();
    stream.on("response", (received: http2.IncomingHttpHeaders) => {
      httpStatus = Number(received[":status"] ?? 0);
      answer = asStrings(received);
    });
    stream.on("data", (bytes: Uint8Array) => {
      for (const message of reader.push(bytes)) {
        last = message;
        messages++;
        request.onMessage?.(messages);
      }
    });
    stream.on("trailers", (received: http2.IncomingHttpHeaders) => trailers = asStrings(received));
    stream.on("error", (error: unknown) => end("UNAVAILABLE", textOf(error)));
    stream.on("close", () => {
      const isTrailersOnly = trailers["grpc-status"] === undefined && answer["grpc-status"] !== undefined;
      if (isTrailersOnly) [trailers, answer] = [answer, {}];
      const code = trailers["grpc-status"];
      if (code !== undefined) {
        end(STATUS_NAMES[Number(code)] ?? code, decodeGrpcMessage(trailers["grpc-message"] ?? ""));
      } else if (httpStatus !== 0) end(statusOfHttp(httpStatus), `HTTP ${httpStatus} without grpc-status`);
      else {end(
          "UNAVAILABLE",
          `stream closed without an answer (HTTP/2 code ${stream?.rstCode ?? "unknown"})`,
        );}
    });
    stream.end(frameMessage(encodeEchoRequest(request)));
  });
}

function asStrings(headers: http2.IncomingHttpHeaders): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":")) {
      strings[name] = Array.isArray(value) ? value.join(",") : value;
    }
  }
  return strings;
}

/** An error in words, with its code where it has one. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: string }).code;
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
