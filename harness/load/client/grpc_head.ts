import { encodeHeaders } from "../../wire/hpack/encoder.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";

/** What the head of a request says, whatever its kind. */
export interface HeadOptions {
  /** With its leading slash: `/package.Service/Method` for gRPC. */
  readonly path: string;
  /** `host:port` as the server knows itself. */
  readonly authority: string;
  /** @default "http" */
  readonly scheme?: "http" | "https";
}

/** The head of a gRPC call. */
export interface GrpcHeadOptions extends HeadOptions {
  /** Names in lower case; values of `-bin` names in base64. */
  readonly metadata?: readonly HeaderField[];
  /** As {@linkcode grpcTimeout} makes it; absent tells the server of no deadline. */
  readonly timeout?: string;
}

/** The head of a plain request. */
export interface HttpHeadOptions extends HeadOptions {
  readonly method: string;
  readonly headers?: readonly HeaderField[];
}

/**
 * The header block of a gRPC call (PROTOCOL-HTTP2.md of grpc/grpc), which can be sent on any connection and any number
 * of times.
 *
 * @throws {TypeError} When a metadata name is not in lower case, or a character is beyond U+00FF.
 */
export function grpcHead(options: GrpcHeadOptions): Uint8Array {
  return encodeHeaders([
    ...pseudo("POST", options),
    ["te", "trailers"],
    ...(options.timeout === undefined ? [] : [["grpc-timeout", options.timeout] as const]),
    ["content-type", "application/grpc"],
    ...options.metadata ?? [],
  ]);
}

/** The header block of any other request; the same holds for it. */
export function httpHead(options: HttpHeadOptions): Uint8Array {
  return encodeHeaders([...pseudo(options.method, options), ...options.headers ?? []]);
}

function pseudo(method: string, { path, authority, scheme = "http" }: HeadOptions): HeaderField[] {
  return [[":method", method], [":scheme", scheme], [":path", path], [":authority", authority]];
}
