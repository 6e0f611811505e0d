/** What attempts send: made once where it can be, anew for each attempt where a template wants it. */
import { grpcHead, httpHead } from "../client/grpc_head.ts";
import type { PreparedRequest } from "../target.ts";
import { grpcTimeout } from "../../wire/grpc_frame.ts";
import type { DataRow } from "./data_file.ts";
import { http1Head } from "./http1_head.ts";
import type { RequestOf } from "./pace.ts";
import type { ProtoMethod } from "./proto_method.ts";
import { contextOf, escapeJson, parseTemplate, type Template, type TemplateContext } from "./template.ts";

/** What requests of every protocol have in common. */
export interface RequestOptions {
  /** `host:port` as the server knows itself. */
  readonly authority: string;
  readonly isTls: boolean;
  /** Metadata or headers; values may have places. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** With places, see `template.ts`. */
  readonly data: string;
  readonly rows: readonly DataRow[];
  readonly seed: number;
}

/** A gRPC method's. */
export interface GrpcRequestOptions extends RequestOptions {
  readonly method: ProtoMethod;
  readonly timeoutMs: number;
}

/** Plain ones. */
export interface HttpRequestOptions extends RequestOptions {
  readonly protocol: "http1" | "http2";
  readonly method: string;
  /** Path and query; may have places. */
  readonly path: string;
}

/**
 * Calls of a method: the data is a message as JSON, or an array of them. Where the caller streams, each call sends them
 * all; elsewhere calls take them in turn.
 *
 * @throws {SyntaxError} When the data is no JSON, or a template is none.
 * @throws {TypeError} When a message is not the method's, or has no row to be filled from.
 */
export function grpcRequests(options: GrpcRequestOptions): RequestOf {
  const { method, authority, isTls, timeoutMs, data, rows, seed } = options;
  const template = parseTemplate(data, escapeJson);
  const headers = options.headers.map(([name, value]) => [name.toLowerCase(), parseTemplate(value)] as const);
  const headOf = (context: TemplateContext) =>
    grpcHead({
      path: method.path,
      authority,
      scheme: isTls ? "https" : "http",
      timeout: grpcTimeout(timeoutMs),
      metadata: headers.map(([name, value]) => [name, value.render(context)] as const),
    });
  const bodiesOf = (context: TemplateContext): readonly Uint8Array[] => {
    const value = jsonOf(template.render(context));
    const messages = (Array.isArray(value) ? value : [value]).map((each) => method.encode(each));
    const isStream = method.kind === "client-streaming" || method.kind === "bidi-streaming";
    return isStream ? [joined(messages)] : messages;
  };
  const take = (bodies: readonly Uint8Array[], index: number) => {
    const body = bodies[index % bodies.length];
    if (body !== undefined) return body;
    throw new TypeError("Cannot call as the data must hold at least one message: it is an empty array");
  };
  const areHeadersStatic = headers.every(([, value]) => value.isStatic);
  const first = contextOf(seed, 0, rows);
  const head = headOf(first);
  const bodies = bodiesOf(first);
  take(bodies, 0);
  if (areHeadersStatic && template.isStatic) {
    // The same objects again and again: targets remember them.
    const requests = bodies.map((body): PreparedRequest => ({ head, body }));
    return (index) => requests[index % requests.length] as PreparedRequest;
  }
  return (index) => {
    const context = contextOf(seed, index, rows);
    return {
      head: areHeadersStatic ? head : headOf(context),
      body: take(template.isStatic ? bodies : bodiesOf(context), index),
    };
  };
}

/**
 * Plain requests: the data is the body as it stands.
 *
 * @throws {SyntaxError} When a template is none.
 * @throws {TypeError} When method, path or a header cannot be sent, or there is no row to fill one from.
 */
export function httpRequests(options: HttpRequestOptions): RequestOf {
  const { protocol, method, authority, isTls, rows, seed } = options;
  const body = parseTemplate(options.data, /^\s*[{[]/.test(options.data) ? escapeJson : (value) => value);
  const path = parseTemplate(options.path, encodeURIComponent);
  const headers = options.headers.map(([name, value]) => [name, parseTemplate(value)] as const);
  const encoder = new TextEncoder();
  const requestOf = (context: TemplateContext): PreparedRequest => {
    const bytes = encoder.encode(body.render(context));
    const fields = headers.map(([name, value]) => [name, value.render(context)] as const);
    const start = { method, path: path.render(context), authority };
    return {
      head: protocol === "http1"
        ? http1Head({ ...start, headers: fields, bodyBytes: bytes.length })
        : httpHead({
          ...start,
          scheme: isTls ? "https" : "http",
          headers: [
            ...fields.map(([name, value]) => [name.toLowerCase(), value] as const),
            ...(bytes.length > 0 ? [["content-length", String(bytes.length)] as const] : []),
          ],
        }),
      body: bytes,
    };
  };
  const first = requestOf(contextOf(seed, 0, rows));
  const templates: readonly Template[] = [body, path, ...headers.map(([, value]) => value)];
  if (templates.every(({ isStatic }) => isStatic)) return () => first;
  return (index) => requestOf(contextOf(seed, index, rows));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(
      `Cannot call as the data must be JSON: ${why}; it is ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return bytes;
}
