/** The status of a call as gRPC clients derive it (statuscodes.md and PROTOCOL-HTTP2.md of grpc/grpc). */
import type { StatusName } from "../../model/event.ts";
import { STATUS_NAMES } from "../../model/grpc_status.ts";
import { decodeGrpcMessage, statusOfHttp } from "../../wire/grpc_frame.ts";
import { ERROR, ERROR_NAMES } from "../../wire/frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import type { ResetOrigin } from "./http2_stream.ts";

/** A status with its words. */
export interface CallStatus {
  readonly status: StatusName;
  readonly message: string;
}

/** A complete answer: the peer ended its side of the stream. */
export interface EndedAnswer {
  /** Of `:status`. */
  readonly httpStatus: number;
  /** Trailers, or the headers of an answer that has nothing else; absent when the stream ended with DATA. */
  readonly trailers: readonly HeaderField[] | undefined;
  /** Messages that came. */
  readonly messages: number;
  /** Whether there must be one. */
  readonly isUnary: boolean;
  /** Of a message that is not whole. */
  readonly pendingBytes: number;
}

/** The status of an answer that came to its end. */
export function statusOfAnswer(answer: EndedAnswer): CallStatus {
  const { httpStatus, trailers, messages, isUnary, pendingBytes } = answer;
  const code = fieldOf(trailers, "grpc-status");
  if (code === undefined) {
    if (httpStatus === 200 && trailers === undefined) {
      return { status: "INTERNAL", message: "the stream ended without trailers" };
    }
    return { status: statusOfHttp(httpStatus), message: `HTTP status ${httpStatus} without grpc-status` };
  }
  if (!/^\d+$/.test(code)) {
    return { status: "UNKNOWN", message: `expected a number as grpc-status, found ${JSON.stringify(code)}` };
  }
  const status = STATUS_NAMES[Number(code)] ?? code;
  const message = decodeGrpcMessage(fieldOf(trailers, "grpc-message") ?? "");
  if (status !== "OK") return { status, message };
  if (pendingBytes > 0) {
    return {
      status: "INTERNAL",
      message: `status OK with ${pendingBytes} bytes of a message that is not whole`,
    };
  }
  if (isUnary && messages === 0) {
    return { status: "INTERNAL", message: "status OK without the message that a unary call must have" };
  }
  return { status, message };
}

/** Error codes that have a status of their own; any other is INTERNAL. */
const STATUS_OF_ERROR: Readonly<Record<number, StatusName>> = {
  [ERROR.refusedStream]: "UNAVAILABLE",
  [ERROR.cancel]: "CANCELLED",
  [ERROR.enhanceYourCalm]: "RESOURCE_EXHAUSTED",
  [ERROR.inadequateSecurity]: "PERMISSION_DENIED",
};

/**
 * The status of a call whose stream ended before its answer was complete.
 *
 * @param code HTTP/2 error code; -1 for none.
 * @param httpStatus Of the answer's head; 0 when none came.
 */
export function statusOfReset(code: number, by: ResetOrigin, why: string, httpStatus: number): CallStatus {
  if (by === "connection") return { status: "UNAVAILABLE", message: why };
  if (by === "us") return { status: "INTERNAL", message: `the answer is malformed: ${why}` };
  if (code === ERROR.noError && httpStatus !== 0 && httpStatus !== 200) {
    return { status: statusOfHttp(httpStatus), message: `HTTP status ${httpStatus} without grpc-status` };
  }
  return {
    status: STATUS_OF_ERROR[code] ?? "INTERNAL",
    message: `the peer reset the stream: ${ERROR_NAMES[code] ?? code}`,
  };
}

function fieldOf(fields: readonly HeaderField[] | undefined, name: string): string | undefined {
  return fields?.find(([each]) => each === name)?.[1];
}
