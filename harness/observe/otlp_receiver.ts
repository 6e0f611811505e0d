/** The harness's OTLP/HTTP collector: takes spans of all cells, told apart by the path. */
import { errorText } from "../model/error_text.ts";
import type { Recorder, SpanEvent } from "../model/event.ts";
import { BodyTooLargeError, readBody } from "./bounded_body.ts";
import { decodeExportRequest, encodeRpcStatus } from "./otlp_schema.ts";
import { OtlpError, readSpans } from "./otlp_spans.ts";

/** Where a span came from. */
export interface SpanOrigin {
  /** First segment of the path before `/v1/traces`; empty when there is none. */
  readonly token: string;
  /** Attributes of the exporter's resource. */
  readonly resource: Readonly<Record<string, string>>;
}

/** How to open a receiver. */
export interface OtlpReceiverOptions {
  /** Its clock. All cells of a run share one. */
  readonly recorder: Pick<Recorder, "fromEpoch">;
  /** Is given each span, in the order of arrival. */
  readonly onSpan: (span: SpanEvent, origin: SpanOrigin) => void;
  /** Is told of each request that was refused. */
  readonly onRefused?: (reason: string, token: string) => void;
  /** Longest body, packed and unpacked. @default 16 MiB */
  readonly maxBodyBytes?: number;
}

/** A receiver that is listening. */
export interface OtlpReceiver extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Base URL for one cell's exporters, to which they add `/v1/traces`. */
  urlFor(token: string): string;
  /** Requests that were taken, and refused. */
  readonly counters: { readonly taken: number; readonly refused: number };
  close(): Promise<void>;
}

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";
const INVALID_ARGUMENT = 3;
const PATH = /^(?:\/([^/]+))?\/v1\/traces\/?$/;

/**
 * Listens on an ephemeral port of 127.0.0.1 for `POST [/<token>]/v1/traces`, in OTLP's JSON and protobuf encodings,
 * packed by gzip or not (https://opentelemetry.io/docs/specs/otlp/#otlphttp). A request is taken whole or refused
 * whole, with the reason as the protocol wants it.
 *
 * @param options Clock, and who gets the spans.
 */
export function openOtlpReceiver(options: OtlpReceiverOptions): OtlpReceiver {
  const { recorder, onSpan, onRefused, maxBodyBytes = 16 << 20 } = options;
  const counters = { taken: 0, refused: 0 };

  const answer = async (request: Request): Promise<Response> => {
    const path = PATH.exec(new URL(request.url).pathname);
    const token = decodeToken(path?.[1]);
    const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
    const refuse = async (status: number, reason: string) => {
      counters.refused++;
      onRefused?.(reason, token ?? "");
      // Left unread, a body would hold its connection up.
      if (!request.bodyUsed) await request.body?.cancel();
      return refusal(status, reason, type);
    };
    if (path === null || token === undefined) {
      return await refuse(404, "expected the path /v1/traces or /<token>/v1/traces");
    }
    if (request.method !== "POST") return await refuse(405, `expected POST, found ${request.method}`);
    if (type !== JSON_TYPE && type !== PROTOBUF_TYPE) {
      return await refuse(
        415,
        `content-type: expected ${JSON_TYPE} or ${PROTOBUF_TYPE}, found ${type || "none"}`,
      );
    }
    let spans;
    try {
      const encoding = (request.headers.get("content-encoding") ?? "").trim().toLowerCase();
      const body = await readBody(request.body, encoding, maxBodyBytes);
      const message = type === JSON_TYPE
        ? JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))
        : decodeExportRequest(body);
      spans = readSpans(message, recorder.fromEpoch);
    } catch (error) {
      const reason = errorText(error);
      if (error instanceof BodyTooLargeError) return await refuse(413, reason);
      return await refuse(400, error instanceof OtlpError ? reason : `the body is no ${type}: ${reason}`);
    }
    counters.taken++;
    for (const { span, resource } of spans) onSpan(span, { token, resource });
    return type === JSON_TYPE
      ? new Response("{}", { headers: { "content-type": JSON_TYPE } })
      : new Response(new Uint8Array(0), { headers: { "content-type": PROTOBUF_TYPE } });
  };

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  let closed: Promise<void> | undefined;
  const close = () => closed ??= server.shutdown();
  return {
    url,
    urlFor: (token) => `${url}/${encodeURIComponent(token)}`,
    counters,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function decodeToken(segment: string | undefined): string | undefined {
  try {
    return decodeURIComponent(segment ?? "");
  } catch {
    return undefined;
  }
}

/** A refusal in the encoding of the request; plain JSON where that is not known. */
function refusal(status: number, reason: string, type: string | undefined): Response {
  if (type === PROTOBUF_TYPE) {
    const body = new Uint8Array(encodeRpcStatus(INVALID_ARGUMENT, reason));
    return new Response(body, { status, headers: { "content-type": PROTOBUF_TYPE } });
  }
  return Response.json({ code: INVALID_ARGUMENT, message: reason }, { status });
}
