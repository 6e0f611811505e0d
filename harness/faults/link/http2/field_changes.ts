/** Header lists as rules want them; the list that is given is left as it is. */
import type { HeaderField } from "../../../wire/hpack/header_field.ts";

/** With a `content-length` that is off; a missing one is taken as 0, and none goes below 0. */
export function withContentLength(fields: readonly HeaderField[], delta: number): HeaderField[] {
  const told = Number(fields.find(([name]) => name === "content-length")?.[1] ?? 0);
  const rest = fields.filter(([name]) => name !== "content-length");
  return [...rest, ["content-length", String(Math.max(0, (Number.isFinite(told) ? told : 0) + delta))]];
}

/** With the wait before a retry that a server asks for (gRFC A6). */
export function withPushback(fields: readonly HeaderField[], pushbackMs: number): HeaderField[] {
  const rest = fields.filter(([name]) => name !== "grpc-retry-pushback-ms");
  return [...rest, ["grpc-retry-pushback-ms", String(pushbackMs)]];
}

/** Without what makes trailers of an answer that consists of them alone. */
export function withoutStatus(fields: readonly HeaderField[]): HeaderField[] {
  return fields.filter(([name]) => !name.startsWith("grpc-"));
}
