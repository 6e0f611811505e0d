/** From an OTLP export request (its JSON shape) to spans of a history. */
import type { SpanEvent } from "../model/event.ts";

/** A span with what its exporter said of itself. */
export interface ReceivedSpan {
  readonly span: SpanEvent;
  /** Attributes of the resource, such as `service.instance.id`. */
  readonly resource: Readonly<Record<string, string>>;
}

/** A request that is no valid OTLP; the message names the field. */
export class OtlpError extends Error {
  override readonly name = "OtlpError";
}

type Fields = Readonly<Record<string, unknown>>;

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
const STATUSES = ["unset", "ok", "error"] as const;

/**
 * Reads all spans of a request.
 *
 * @param request In the JSON mapping of OTLP (ids in hex, 64-bit numbers as strings); ids may be bytes.
 * @param fromEpoch Turns epoch milliseconds into the run's clock.
 * @throws {OtlpError} At the first field that is not as OTLP wants it.
 */
export function readSpans(request: unknown, fromEpoch: (epochMs: number) => number): ReceivedSpan[] {
  const received: ReceivedSpan[] = [];
  for (const [resourceAt, resourceSpans] of list(fields(request, "the body"), "resourceSpans", "")) {
    const resource = attributes(
      fields(resourceSpans["resource"] ?? {}, `${resourceAt}.resource`),
      `${resourceAt}.resource`,
    );
    for (const [scopeAt, scopeSpans] of list(resourceSpans, "scopeSpans", resourceAt)) {
      for (const [at, span] of list(scopeSpans, "spans", scopeAt)) {
        received.push({ span: readSpan(span, at, resource, fromEpoch), resource });
      }
    }
  }
  return received;
}

function readSpan(
  span: Fields,
  at: string,
  resource: Readonly<Record<string, string>>,
  fromEpoch: (epochMs: number) => number,
): SpanEvent {
  const status = fields(span["status"] ?? {}, `${at}.status`);
  return {
    kind: "span",
    traceId: id(span["traceId"], 16, `${at}.traceId`),
    spanId: id(span["spanId"], 8, `${at}.spanId`),
    parentSpanId: isEmptyId(span["parentSpanId"]) ? "" : id(span["parentSpanId"], 8, `${at}.parentSpanId`),
    name: text(span["name"] ?? "", `${at}.name`),
    spanKind: oneOf(KINDS, span["kind"] ?? 0, "SPAN_KIND_", `${at}.kind`),
    serviceName: resource["service.name"] ?? "",
    startT: fromEpoch(epochMs(span["startTimeUnixNano"], `${at}.startTimeUnixNano`)),
    endT: fromEpoch(epochMs(span["endTimeUnixNano"], `${at}.endTimeUnixNano`)),
    status: oneOf(STATUSES, status["code"] ?? 0, "STATUS_CODE_", `${at}.status.code`),
    attributes: attributes(span, at),
  };
}

/**
 * Epoch nanoseconds to milliseconds. The whole milliseconds are split off first, as whole numbers: the quotient as
 * one division would round to a quarter of a microsecond twice.
 */
function epochMs(value: unknown, at: string): number {
  let nanos: bigint;
  if (typeof value === "string" && /^\d+$/.test(value)) nanos = BigInt(value);
  else if (typeof value === "number" && value >= 0 && Number.isFinite(value)) {
    nanos = BigInt(Math.round(value));
  } else throw wrong(at, "nanoseconds since the epoch, as a decimal string", value);
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}

function id(value: unknown, bytes: number, at: string): string {
  if (value instanceof Uint8Array && value.length === bytes) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const isHex = typeof value === "string" && value.length === 2 * bytes && /^[0-9a-fA-F]+$/.test(value);
  if (!isHex) throw wrong(at, `an id of ${bytes} bytes`, value);
  return value.toLowerCase();
}

/** A root's parent is left out, empty, or (as some exporters write it) all zero. */
function isEmptyId(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return typeof value === "string" && /^0+$/.test(value);
}

function attributes(owner: Fields, at: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [pairAt, pair] of list(owner, "attributes", at)) {
    read[text(pair["key"] ?? "", `${pairAt}.key`)] = anyValue(pair["value"] ?? {}, `${pairAt}.value`);
  }
  return read;
}

/** An AnyValue as text: scalars as they print, lists and maps as JSON, bytes as base64. */
function anyValue(value: unknown, at: string): string {
  const plain = plainValue(value, at);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function plainValue(value: unknown, at: string): unknown {
  const any = fields(value, at);
  for (const scalar of ["stringValue", "boolValue", "intValue", "doubleValue"]) {
    const found = any[scalar];
    if (found !== undefined && found !== null) return typeof found === "object" ? String(found) : found;
  }
  if (any["arrayValue"] !== undefined) {
    const array = fields(any["arrayValue"], `${at}.arrayValue`);
    return list(array, "values", `${at}.arrayValue`).map(([itemAt, item]) => plainValue(item, itemAt));
  }
  if (any["kvlistValue"] !== undefined) {
    const map = fields(any["kvlistValue"], `${at}.kvlistValue`);
    return Object.fromEntries(
      list(map, "values", `${at}.kvlistValue`).map(([pairAt, pair]) => [
        text(pair["key"] ?? "", `${pairAt}.key`),
        plainValue(pair["value"] ?? {}, `${pairAt}.value`),
      ]),
    );
  }
  const bytes = any["bytesValue"];
  if (bytes instanceof Uint8Array) return btoa(String.fromCharCode(...bytes));
  return bytes ?? "";
}

/** The objects of a list, each with its place in the request. */
function list(owner: Fields, name: string, ownerAt: string): [string, Fields][] {
  const at = ownerAt === "" ? name : `${ownerAt}.${name}`;
  const value = owner[name] ?? [];
  if (!Array.isArray(value)) throw wrong(at, "a list", value);
  return value.map((item: unknown, index) => [`${at}[${index}]`, fields(item, `${at}[${index}]`)]);
}

function fields(value: unknown, at: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(at, "an object", value);
  }
  return value as Fields;
}

function text(value: unknown, at: string): string {
  if (typeof value !== "string") throw wrong(at, "a string", value);
  return value;
}

/** An enum, by its number or (as protobuf's own JSON mapping has it) by its name. */
function oneOf<Name extends string>(
  names: readonly Name[],
  value: unknown,
  prefix: string,
  at: string,
): Name {
  const found = typeof value === "number"
    ? names[value]
    : names.find((name) => value === `${prefix}${name.toUpperCase()}`);
  if (found === undefined) throw wrong(at, `one of ${prefix}* (0 to ${names.length - 1})`, value);
  return found;
}

function wrong(at: string, expected: string, value: unknown): OtlpError {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
  return new OtlpError(`${at}: expected ${expected}, found ${found}`);
}
