import { assertEquals } from "@std/assert";
import { ERROR } from "../../wire/frame.ts";
import { type EndedAnswer, statusOfAnswer, statusOfReset } from "./call_status.ts";

const of = (answer: Partial<EndedAnswer>) => {
  const { status, message } = statusOfAnswer({
    ...{ httpStatus: 200, trailers: [], messages: 1, isUnary: true, pendingBytes: 0 },
    ...answer,
  });
  return `${status} ${message}`.trim();
};

Deno.test("statusOfAnswer reads grpc-status and its percent-encoded message", () => {
  assertEquals(of({ trailers: [["grpc-status", "0"]] }), "OK");
  const trailers = [["grpc-status", "5"], ["grpc-message", "no%20Z%C3%BCrich"]] as const;
  assertEquals(of({ trailers }), "NOT_FOUND no Zürich");
  assertEquals(of({ trailers, httpStatus: 503 }), "NOT_FOUND no Zürich");
  assertEquals(of({ trailers: [["grpc-status", "99"]] }), "99");
  assertEquals(
    of({ trailers: [["grpc-status", "fine"]] }),
    'UNKNOWN expected a number as grpc-status, found "fine"',
  );
});

Deno.test("statusOfAnswer does not take OK for an answer without its message, or with half of one", () => {
  const trailers = [["grpc-status", "0"]] as const;
  assertEquals(
    of({ trailers, messages: 0 }),
    "INTERNAL status OK without the message that a unary call must have",
  );
  assertEquals(of({ trailers, messages: 0, isUnary: false }), "OK");
  assertEquals(
    of({ trailers, pendingBytes: 4 }),
    "INTERNAL status OK with 4 bytes of a message that is not whole",
  );
});

Deno.test("statusOfAnswer derives the status of an answer without grpc-status, as grpc-js does", () => {
  assertEquals(of({ trailers: undefined }), "INTERNAL the stream ended without trailers");
  assertEquals(of({ trailers: [["x", "y"]] }), "UNKNOWN HTTP status 200 without grpc-status");
  for (
    const [httpStatus, status] of [
      [204, "UNKNOWN"],
      [301, "UNKNOWN"],
      [400, "INTERNAL"],
      [401, "UNAUTHENTICATED"],
      [403, "PERMISSION_DENIED"],
      [404, "UNIMPLEMENTED"],
      [429, "UNAVAILABLE"],
      [500, "UNKNOWN"],
      [502, "UNAVAILABLE"],
      [503, "UNAVAILABLE"],
      [504, "UNAVAILABLE"],
    ] as const
  ) {
    assertEquals(
      of({ httpStatus, trailers: undefined }),
      `${status} HTTP status ${httpStatus} without grpc-status`,
    );
  }
});

Deno.test("statusOfReset follows who reset the stream, and by which code", () => {
  const by = (code: number, httpStatus = 0) => statusOfReset(code, "peer", "RST_STREAM", httpStatus).status;
  assertEquals([
    by(ERROR.refusedStream),
    by(ERROR.cancel),
    by(ERROR.enhanceYourCalm),
    by(ERROR.inadequateSecurity),
    by(ERROR.internalError),
    by(ERROR.noError),
    by(ERROR.noError, 503),
    by(42),
  ], [
    "UNAVAILABLE",
    "CANCELLED",
    "RESOURCE_EXHAUSTED",
    "PERMISSION_DENIED",
    "INTERNAL",
    "INTERNAL",
    "UNAVAILABLE",
    "INTERNAL",
  ]);
  assertEquals(statusOfReset(-1, "connection", "ECONNRESET", 200), {
    status: "UNAVAILABLE",
    message: "ECONNRESET",
  });
  assertEquals(statusOfReset(1, "us", "found DATA", 0), {
    status: "INTERNAL",
    message: "the answer is malformed: found DATA",
  });
});
