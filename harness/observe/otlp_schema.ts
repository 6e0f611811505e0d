/**
 * The trace part of OTLP (opentelemetry-proto 1.x, collector/trace/v1 and trace/v1), as far as the harness reads it.
 * Fields that are not named here are skipped by the decoder.
 */
import protobuf from "protobufjs";

const DESCRIPTOR: protobuf.INamespace = {
  nested: {
    ExportTraceServiceRequest: {
      fields: { resourceSpans: { rule: "repeated", type: "ResourceSpans", id: 1 } },
    },
    ResourceSpans: {
      fields: {
        resource: { type: "Resource", id: 1 },
        scopeSpans: { rule: "repeated", type: "ScopeSpans", id: 2 },
      },
    },
    Resource: { fields: { attributes: { rule: "repeated", type: "KeyValue", id: 1 } } },
    ScopeSpans: { fields: { spans: { rule: "repeated", type: "Span", id: 2 } } },
    Span: {
      fields: {
        traceId: { type: "bytes", id: 1 },
        spanId: { type: "bytes", id: 2 },
        parentSpanId: { type: "bytes", id: 4 },
        name: { type: "string", id: 5 },
        kind: { type: "int32", id: 6 },
        startTimeUnixNano: { type: "fixed64", id: 7 },
        endTimeUnixNano: { type: "fixed64", id: 8 },
        attributes: { rule: "repeated", type: "KeyValue", id: 9 },
        status: { type: "Status", id: 15 },
      },
    },
    Status: { fields: { message: { type: "string", id: 2 }, code: { type: "int32", id: 3 } } },
    KeyValue: { fields: { key: { type: "string", id: 1 }, value: { type: "AnyValue", id: 2 } } },
    AnyValue: {
      oneofs: {
        value: {
          oneof: [
            "stringValue",
            "boolValue",
            "intValue",
            "doubleValue",
            "arrayValue",
            "kvlistValue",
            "bytesValue",
          ],
        },
      },
      fields: {
        stringValue: { type: "string", id: 1 },
        boolValue: { type: "bool", id: 2 },
        intValue: { type: "int64", id: 3 },
        doubleValue: { type: "double", id: 4 },
        arrayValue: { type: "ArrayValue", id: 5 },
        kvlistValue: { type: "KeyValueList", id: 6 },
        bytesValue: { type: "bytes", id: 7 },
      },
    },
    ArrayValue: { fields: { values: { rule: "repeated", type: "AnyValue", id: 1 } } },
    KeyValueList: { fields: { values: { rule: "repeated", type: "KeyValue", id: 1 } } },
    /** google.rpc.Status, in which OTLP/HTTP puts the reason of a refusal. */
    RpcStatus: { fields: { code: { type: "int32", id: 1 }, message: { type: "string", id: 2 } } },
  },
};

const root = protobuf.Root.fromJSON(DESCRIPTOR);
const requestType = root.lookupType("ExportTraceServiceRequest");
const statusType = root.lookupType("RpcStatus");

/**
 * Decodes an export request into the shape of OTLP's JSON, but for ids, which stay bytes.
 *
 * @param bytes The request's body. 64-bit numbers become decimal strings, so that no nanosecond is lost.
 * @throws When the bytes are no such message.
 */
export function decodeExportRequest(bytes: Uint8Array): unknown {
  return requestType.toObject(requestType.decode(bytes), { longs: String });
}

/**
 * Encodes an export request: what a client sends.
 *
 * @param request In the shape of OTLP's JSON, with ids as bytes.
 */
export function encodeExportRequest(request: { readonly [field: string]: unknown }): Uint8Array {
  return requestType.encode(requestType.fromObject(request)).finish();
}

/**
 * Encodes a refusal.
 *
 * @param code A gRPC status code.
 * @param message The reason.
 */
export function encodeRpcStatus(code: number, message: string): Uint8Array {
  return statusType.encode(statusType.create({ code, message })).finish();
}
