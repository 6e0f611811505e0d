import { Buffer } from "node:buffer";

/** The same bytes as a node Buffer, which grpc-js wants of a serializer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
