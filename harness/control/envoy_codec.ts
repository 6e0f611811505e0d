import protobuf from "protobufjs";
import descriptor from "./envoy_descriptor.json" with { type: "json" };
import type { Resource } from "./snapshot.ts";

/** A message of Envoy's API as plain data: fields in camelCase, enums by name, absent fields left away. */
export type Message = { readonly [field: string]: unknown };

const root = protobuf.Root.fromJSON(descriptor as protobuf.INamespace);
const messageTypes = new Map<string, protobuf.Type>();

function typeOf(fullName: string): protobuf.Type {
  let type = messageTypes.get(fullName);
  if (type === undefined) messageTypes.set(fullName, type = root.lookupType(fullName));
  return type;
}

/** protobufjs drops what it does not know; a misspelt field must not vanish in silence. */
function checkFields(type: protobuf.Type, message: Message, path: string): void {
  for (const [name, value] of Object.entries(message)) {
    const field = type.fields[name];
    if (field === undefined) {
      const known = Object.keys(type.fields).join(", ") || "none";
      throw new TypeError(
        `${path}.${name}: ${type.fullName} has no such field here; it has ${known}. ` +
          "Add the field to scripts/envoy_descriptor.ts and run that",
      );
    }
    const inner = field.resolve().resolvedType;
    if (!(inner instanceof protobuf.Type)) continue;
    const values = field instanceof protobuf.MapField
      ? Object.values(value as Message)
      : Array.isArray(value)
      ? value
      : [value];
    for (const each of values) checkFields(inner, each as Message, `${path}.${name}`);
  }
}

/**
 * Serialises a message.
 *
 * @param fullName Such as `envoy.config.cluster.v3.Cluster`.
 * @throws {TypeError} When a field is unknown.
 */
export function encodeMessage(fullName: string, message: Message): Uint8Array {
  const type = typeOf(fullName);
  checkFields(type, message, fullName);
  return type.encode(type.fromObject(message)).finish();
}

/** Packs a message into a `google.protobuf.Any`. */
export function anyOf(fullName: string, message: Message = {}): Message {
  return { "type_url": `type.googleapis.com/${fullName}`, value: encodeMessage(fullName, message) };
}

/** A message as a resource of the control plane. */
export function resourceOf(typeUrl: string, name: string, message: Message): Resource {
  return { typeUrl, name, bytes: encodeMessage(typeUrl.slice(typeUrl.indexOf("/") + 1), message) };
}

/** Reads a message back into plain data: for tests and for what a data plane answers. */
export function decodeMessage(fullName: string, bytes: Uint8Array): Message {
  const type = typeOf(fullName);
  return type.toObject(type.decode(bytes), { enums: String, longs: Number });
}

/** `google.protobuf.Duration` of milliseconds. */
export function duration(durationMs: number): Message {
  const seconds = Math.trunc(durationMs / 1000);
  return { seconds, nanos: Math.round((durationMs - seconds * 1000) * 1e6) };
}

/** `google.protobuf.UInt32Value` or `BoolValue`: a scalar whose absence means something. */
export function wrapped(value: number | boolean): Message {
  return { value };
}
