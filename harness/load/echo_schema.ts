/**
 * `meshproof.v1.Echo` as the harness speaks it. The same messages are written down for the services under test in
 * `fixtures/proto/meshproof/v1/echo.proto`; a test holds the two against each other.
 */
import protobuf from "protobufjs";

/** Full name of the service, as in a gRPC path. */
export const ECHO_SERVICE = "meshproof.v1.Echo";

/** Methods of the service: one answer, or a stream of them. */
export type EchoMethod = "Call" | "Stream";

/** One further call that the receiver of a request makes. */
export interface Hop {
  /** `host:port` to send to (plaintext gRPC). */
  readonly entry: string;
  /** Name of the service that is meant, for messages and spans. */
  readonly service: string;
  /** What is sent there; an empty request when absent. */
  readonly request?: EchoRequest;
}

/** What a call asks for. Every field may be left out. */
export interface EchoRequest {
  readonly payload?: string;
  readonly next?: readonly Hop[];
  /** Make the calls of `next` at once, in place of one after the other. */
  readonly parallel?: boolean;
  /** Bytes of padding in the answer. */
  readonly responseSize?: number;
  /** `Stream` only: how many messages. */
  readonly messages?: number;
  /** `Stream` only: pause between two messages. */
  readonly intervalMs?: number;
}

/** What an instance answers. */
export interface EchoResponse {
  readonly instance: string;
  readonly service: string;
  readonly payload: string;
  readonly hops: readonly EchoResponse[];
}

/** The schema as protobufjs reads it (its JSON descriptor form); field numbers are the wire's. */
export const ECHO_DESCRIPTOR = {
  nested: {
    meshproof: {
      nested: {
        v1: {
          nested: {
            Hop: {
              fields: {
                entry: { type: "string", id: 1 },
                service: { type: "string", id: 2 },
                request: { type: "EchoRequest", id: 3 },
              },
            },
            EchoRequest: {
              fields: {
                payload: { type: "string", id: 1 },
                next: { rule: "repeated", type: "Hop", id: 2 },
                parallel: { type: "bool", id: 3 },
                responseSize: { type: "uint32", id: 4 },
                messages: { type: "uint32", id: 5 },
                intervalMs: { type: "uint32", id: 6 },
              },
            },
            EchoResponse: {
              fields: {
                instance: { type: "string", id: 1 },
                service: { type: "string", id: 2 },
                payload: { type: "string", id: 3 },
                hops: { rule: "repeated", type: "EchoResponse", id: 4 },
              },
            },
          },
        },
      },
    },
  },
} as const;

const root = protobuf.Root.fromJSON(ECHO_DESCRIPTOR as unknown as protobuf.INamespace);
const requestType = root.lookupType("meshproof.v1.EchoRequest");
const responseType = root.lookupType("meshproof.v1.EchoResponse");

/**
 * The gRPC path of a method.
 *
 * @param method Name of a method of the service.
 */
export function echoPath(method: string): string {
  return `/${ECHO_SERVICE}/${method}`;
}

/**
 * Encodes a request to protobuf bytes.
 *
 * @param request Fields that are absent are left at their default.
 */
export function encodeEchoRequest(request: EchoRequest): Uint8Array {
  return requestType.encode(requestType.fromObject(request as { [field: string]: unknown })).finish();
}

/**
 * Decodes a request.
 *
 * @param bytes One whole message.
 * @throws When the bytes are no protobuf message.
 */
export function decodeEchoRequest(bytes: Uint8Array): EchoRequest {
  return requestType.toObject(requestType.decode(bytes), { defaults: true }) as EchoRequest;
}

/**
 * Encodes a response.
 *
 * @param response Fields that are absent are left at their default.
 */
export function encodeEchoResponse(response: Partial<EchoResponse>): Uint8Array {
  return responseType.encode(responseType.fromObject(response)).finish();
}

/**
 * Decodes a response.
 *
 * @param bytes One whole message.
 * @throws When the bytes are no protobuf message.
 */
export function decodeEchoResponse(bytes: Uint8Array): EchoResponse {
  return responseType.toObject(responseType.decode(bytes), { defaults: true }) as EchoResponse;
}
