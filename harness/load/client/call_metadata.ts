/** Metadata of gRPC calls as plain strings; binary values (names that end in `-bin`) in base64. */
import type { HeaderField } from "../../wire/hpack/header_field.ts";

/** What the protocol itself says by a header, and no metadata. */
const PROTOCOL_FIELDS: ReadonlySet<string> = new Set([
  "grpc-status",
  "grpc-message",
  "grpc-encoding",
  "grpc-accept-encoding",
]);

/** Fields that belong to a connection of HTTP/1.1 (RFC 9113, section 8.2.2), or that the client sets. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-type",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Metadata as header fields (PROTOCOL-HTTP2.md of grpc/grpc, "Custom-Metadata").
 *
 * @param metadata Names in lower case.
 * @throws {TypeError} For what gRPC cannot carry, naming it.
 */
export function metadataFields(metadata: Readonly<Record<string, string>>): HeaderField[] {
  return Object.entries(metadata).map(([name, value]) => {
    const is = `current value is ${JSON.stringify(`${name}: ${value}`)}`;
    if (!/^[0-9a-z_.-]+$/.test(name) || RESERVED_FIELDS.has(name)) {
      throw new TypeError(
        `Cannot send metadata as its name must be of 0-9, a-z, "_", "-" and ".", and none of HTTP's own: ${is}`,
      );
    }
    if (name.endsWith("-bin") ? bytesOf(value) === undefined : !/^[\x20-\x7e]*$/.test(value)) {
      throw new TypeError(
        `Cannot send metadata as its value must be ${
          name.endsWith("-bin") ? "base64" : "printable ASCII"
        }: ${is}`,
      );
    }
    return [name, value];
  });
}

/**
 * The metadata of an answer's headers or trailers, without what the protocol itself says there. Values of one name are
 * joined: text by a comma and a space, as HTTP does, binary values by a comma.
 */
export function metadataOf(fields: readonly HeaderField[]): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (name.startsWith(":") || PROTOCOL_FIELDS.has(name)) continue;
    const isBinary = name.endsWith("-bin");
    const text = isBinary ? value.split(",").map(padded).join(",") : value;
    const before = metadata[name];
    metadata[name] = before === undefined ? text : `${before}${isBinary ? "," : ", "}${text}`;
  }
  return metadata;
}

/** Peers may leave out the padding of base64; what is no base64 is left as it came. */
function padded(value: string): string {
  const bytes = bytesOf(value.trim());
  return bytes === undefined ? value : btoa(bytes);
}

/** The octets of a base64 text as Latin-1 characters. */
function bytesOf(value: string): string | undefined {
  try {
    return atob(value);
  } catch {
    return undefined;
  }
}
