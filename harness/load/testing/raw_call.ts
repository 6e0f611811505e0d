import { frameMessage, grpcTimeout } from "../../wire/grpc_frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { AnswerStream } from "../client/answer_stream.ts";
import { grpcHead } from "../client/grpc_head.ts";
import type { Http2Connection } from "../client/http2_connection.ts";

/** A call of any method, with messages that are plain bytes. */
export interface RawCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly messages: readonly Uint8Array[];
  readonly metadata?: readonly HeaderField[];
  /** Told to the server alone: nobody here gives up. */
  readonly timeoutMs?: number;
}

/** How it ended. */
export interface RawAnswer {
  readonly status: string;
  readonly message: string;
  readonly messages: readonly Uint8Array[];
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Makes a call on an open connection. Each message goes out as it is given, the last one with the end of the stream. */
export function callRaw(connection: Http2Connection, call: RawCall): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const messages: Uint8Array[] = [];
    const stream = new AnswerStream(false, {
      onMessage: (message) => messages.push(message),
      onOver: (status) =>
        resolve({ ...status, messages, headers: stream.headers, trailers: stream.trailers }),
      onFault: ({ message }) => reject(new Error(message)),
    });
    const head = grpcHead({
      path: call.path,
      authority: "localhost",
      ...(call.metadata === undefined ? {} : { metadata: call.metadata }),
      ...(call.timeoutMs === undefined ? {} : { timeout: grpcTimeout(call.timeoutMs) }),
    });
    if (!connection.request(stream, head, undefined, call.messages.length === 0)) {
      return reject(new Error("Cannot call as the connection must be open: it has ended"));
    }
    for (const [index, message] of call.messages.entries()) {
      connection.sendData(stream, frameMessage(message), index === call.messages.length - 1);
    }
    connection.flush();
  });
}

/** So many bytes that do not repeat in a way that would hide a piece that is lost or swapped. */
export function patternBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, state = 1; index < length; index++) {
    state = Math.imul(state, 1_103_515_245) + 12_345 | 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
