/**
 * Encodes and decodes the two messages of xDS, without loading Envoy's protos: field numbers as in
 * envoy/service/discovery/v3/discovery.proto, envoy/config/core/v3/base.proto (Node) and google/rpc/status.proto.
 * Resources stay opaque bytes.
 */
import protobuf from "protobufjs/minimal.js";

const { Reader, Writer } = protobuf;
type Reader = protobuf.Reader;
type Writer = protobuf.Writer;

/** The gRPC method of the aggregated discovery service, state of the world. */
export const DISCOVERY_METHOD_PATH =
  "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

/** A resource on the wire: `google.protobuf.Any`, of which only the type is read. */
export interface EncodedResource {
  /** Such as `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
  readonly typeUrl: string;
  readonly bytes: Uint8Array;
}

/** `google.rpc.Status`, without its details. */
export interface RpcStatus {
  /** A gRPC status code's number. */
  readonly code: number;
  readonly message: string;
}

/** What a data plane says: a subscription, an ACK, or a NACK (with `errorDetail`). */
export interface DiscoveryRequest {
  /** The last version that the data plane accepted; empty before the first. */
  readonly versionInfo: string;
  /** Identifies the data plane. Envoy sends it in the first request of a stream only. */
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly resourceNames: readonly string[];
  readonly typeUrl: string;
  /** The nonce of the response that this answers; empty in the first request of a type. */
  readonly responseNonce: string;
  /** Present in a NACK only. */
  readonly errorDetail?: RpcStatus;
}

/** What a control plane says: the whole state of one type. */
export interface DiscoveryResponse {
  readonly versionInfo: string;
  readonly resources: readonly EncodedResource[];
  readonly typeUrl: string;
  readonly nonce: string;
}

/** A request with every field empty, to be spread under the fields that matter. */
export const EMPTY_REQUEST: DiscoveryRequest = {
  versionInfo: "",
  nodeId: "",
  nodeCluster: "",
  resourceNames: [],
  typeUrl: "",
  responseNonce: "",
};

function writeString(writer: Writer, field: number, value: string): void {
  if (value !== "") writer.uint32(field << 3 | 2).string(value);
}

/** Calls `read` for each field of a message until the message ends; `read` returns false for a field unknown to it. */
function eachField(reader: Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

/** Serialises a request. */
export function encodeDiscoveryRequest(request: DiscoveryRequest): Uint8Array {
  const writer = Writer.create();
  writeString(writer, 1, request.versionInfo);
  if (request.nodeId !== "" || request.nodeCluster !== "") {
    writer.uint32(2 << 3 | 2).fork();
    writeString(writer, 1, request.nodeId);
    writeString(writer, 2, request.nodeCluster);
    writer.ldelim();
  }
  for (const name of request.resourceNames) writer.uint32(3 << 3 | 2).string(name);
  writeString(writer, 4, request.typeUrl);
  writeString(writer, 5, request.responseNonce);
  if (request.errorDetail !== undefined) {
    writer.uint32(6 << 3 | 2).fork().uint32(1 << 3).int32(request.errorDetail.code);
    writeString(writer, 2, request.errorDetail.message);
    writer.ldelim();
  }
  return writer.finish();
}

/**
 * Reads a request; fields that the harness has no use for are skipped.
 *
 * @throws {RangeError} When the bytes end in the middle of a field.
 */
export function decodeDiscoveryRequest(bytes: Uint8Array): DiscoveryRequest {
  const reader = Reader.create(bytes);
  const request = { ...EMPTY_REQUEST, resourceNames: [] as string[] };
  let errorDetail: RpcStatus | undefined;
  eachField(reader, reader.len, (field) => {
    if (field === 1) request.versionInfo = reader.string();
    else if (field === 2) {
      eachField(reader, reader.uint32() + reader.pos, (nodeField) => {
        if (nodeField === 1) request.nodeId = reader.string();
        else if (nodeField === 2) request.nodeCluster = reader.string();
        else return false;
        return true;
      });
    } else if (field === 3) request.resourceNames.push(reader.string());
    else if (field === 4) request.typeUrl = reader.string();
    else if (field === 5) request.responseNonce = reader.string();
    else if (field === 6) errorDetail = readStatus(reader);
    else return false;
    return true;
  });
  return errorDetail === undefined ? request : { ...request, errorDetail };
}

function readStatus(reader: Reader): RpcStatus {
  const status = { code: 0, message: "" };
  eachField(reader, reader.uint32() + reader.pos, (field) => {
    if (field === 1) status.code = reader.int32();
    else if (field === 2) status.message = reader.string();
    else return false;
    return true;
  });
  return status;
}

/** Serialises a response without its nonce, so that one buffer can serve every stream; see {@link withNonce}. */
export function encodeDiscoveryResponseBody(response: Omit<DiscoveryResponse, "nonce">): Uint8Array {
  const writer = Writer.create();
  writeString(writer, 1, response.versionInfo);
  for (const resource of response.resources) {
    writer.uint32(2 << 3 | 2).fork();
    writeString(writer, 1, resource.typeUrl);
    writer.uint32(2 << 3 | 2).bytes(resource.bytes);
    writer.ldelim();
  }
  writeString(writer, 4, response.typeUrl);
  return writer.finish();
}

/** Completes a body by its nonce. Fields of a protobuf message may come in any order, so it is simply appended. */
export function withNonce(body: Uint8Array, nonce: string): Uint8Array {
  const writer = Writer.create();
  writeString(writer, 5, nonce);
  const tail = writer.finish();
  const whole = new Uint8Array(body.length + tail.length);
  whole.set(body);
  whole.set(tail, body.length);
  return whole;
}

/** Serialises a response. */
export function encodeDiscoveryResponse(response: DiscoveryResponse): Uint8Array {
  return withNonce(encodeDiscoveryResponseBody(response), response.nonce);
}

/**
 * Reads a response.
 *
 * @throws {RangeError} When the bytes end in the middle of a field.
 */
export function decodeDiscoveryResponse(bytes: Uint8Array): DiscoveryResponse {
  const reader = Reader.create(bytes);
  const response = { versionInfo: "", resources: [] as EncodedResource[], typeUrl: "", nonce: "" };
  eachField(reader, reader.len, (field) => {
    if (field === 1) response.versionInfo = reader.string();
    else if (field === 2) response.resources.push(readAny(reader));
    else if (field === 4) response.typeUrl = reader.string();
    else if (field === 5) response.nonce = reader.string();
    else return false;
    return true;
  });
  return response;
}

function readAny(reader: Reader): EncodedResource {
  const resource = { typeUrl: "", bytes: new Uint8Array() as Uint8Array };
  eachField(reader, reader.uint32() + reader.pos, (field) => {
    if (field === 1) resource.typeUrl = reader.string();
    else if (field === 2) resource.bytes = reader.bytes();
    else return false;
    return true;
  });
  return resource;
}
