/** JSON as protobuf's mapping has it, made into what protobufjs encodes; anything else is refused by name. */
import protobuf from "protobufjs";
import { parseDuration } from "../../model/duration.ts";
import { nearest } from "../../model/nearest.ts";

const WRAPPER = /^\.google\.protobuf\.(Double|Float|U?Int64|U?Int32|Bool|String|Bytes)Value$/;

/**
 * Checks a message against its type.
 *
 * @param type What the message is to be.
 * @param json Fields by their names in the .proto or in lower camel case.
 * @param path Of the message, for errors.
 * @throws {TypeError} When a field is unknown, or its value is of another kind.
 */
export function encodableOf(type: protobuf.Type, json: unknown, path = "message"): Record<string, unknown> {
  const known = knownType(type, json);
  if (known !== undefined) return known;
  if (!isObject(json)) fail(path, `an object (${type.name})`, json);
  const message: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = type.fields[name] ?? type.fields[protobuf.util.camelCase(name)];
    const where = `${path}.${name}`;
    if (field === undefined) {
      const guess = nearest(name, Object.keys(type.fields));
      throw new TypeError(
        `Cannot encode ${where} as ${type.name} must have that field: it has ${
          Object.keys(type.fields).join(", ") || "none"
        }${guess === undefined ? "" : `; did you mean ${guess}?`}`,
      );
    }
    // null is the default of any field.
    if (value === null) continue;
    field.resolve();
    if (field instanceof protobuf.MapField) {
      if (!isObject(value)) fail(where, "an object", value);
      message[field.name] = Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, valueOf(field, each, `${where}.${key}`)]),
      );
    } else if (field.repeated) {
      if (!Array.isArray(value)) fail(where, "an array", value);
      message[field.name] = value.map((each, index) => valueOf(field, each, `${where}[${index}]`));
    } else message[field.name] = valueOf(field, value, where);
  }
  return message;
}

function valueOf(field: protobuf.Field, value: unknown, path: string): unknown {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Type) return encodableOf(resolvedType, value, path);
  if (resolvedType instanceof protobuf.Enum) {
    if (typeof value === "number" || typeof value === "string" && value in resolvedType.values) return value;
    return fail(path, `one of ${Object.keys(resolvedType.values).join(", ")}`, value);
  }
  switch (type) {
    case "bool":
      return typeof value === "boolean" ? value : fail(path, "true or false", value);
    case "string":
      return typeof value === "string" ? value : fail(path, "a string", value);
    case "bytes":
      if (typeof value === "string" && /^[\w+/-]*={0,2}$/.test(value)) {
        return Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
      }
      return fail(path, "bytes in base64", value);
    case "double":
    case "float": {
      const number = typeof value === "string" && value !== "" ? Number(value) : value;
      const isNumber = typeof number === "number" && (!Number.isNaN(number) || value === "NaN");
      return isNumber ? number : fail(path, "a number", value);
    }
    default:
      return integerOf(type, value, path);
  }
}

function integerOf(type: string, value: unknown, path: string): unknown {
  const [bits, isUnsigned] = [type.endsWith("64") ? 64 : 32, /^(uint|fixed)/.test(type)];
  const isText = typeof value === "string" && /^-?\d+$/.test(value);
  if (!isText && !(typeof value === "number" && Number.isInteger(value))) {
    return fail(path, `a whole number (${type})`, value);
  }
  const whole = BigInt(value);
  const fits = (isUnsigned ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole)) === whole;
  if (!fits) return fail(path, `a whole number of ${type}`, value);
  // protobufjs takes 64 bits as text without loss.
  return bits === 64 ? String(whole) : Number(whole);
}

/** Types that have a JSON form of their own. */
function knownType(type: protobuf.Type, json: unknown): Record<string, unknown> | undefined {
  const name = type.fullName;
  if (WRAPPER.test(name) && !isObject(json)) return encodableOf(type, { value: json });
  if (typeof json !== "string") return undefined;
  if (name === ".google.protobuf.Timestamp") {
    const [, fraction = ""] = /^\d{4}-\d\d-\d\dT[\d:]+(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/.exec(json) ?? [];
    const epochMs = Date.parse(json);
    if (Number.isNaN(epochMs)) return fail("timestamp", "a time such as 2026-01-31T12:00:00Z", json);
    return { seconds: String(Math.floor(epochMs / 1000)), nanos: Number(fraction.padEnd(9, "0")) };
  }
  if (name === ".google.protobuf.Duration") {
    const durationMs = parseDuration(json.replace(/^-/, ""));
    if (durationMs === undefined) return fail("duration", "a duration such as 1.5s", json);
    const sign = json.startsWith("-") ? -1 : 1;
    const seconds = Math.floor(durationMs / 1000);
    return { seconds: String(sign * seconds), nanos: sign * Math.round((durationMs - seconds * 1000) * 1e6) };
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(path: string, expected: string, value: unknown): never {
  throw new TypeError(
    `Cannot encode ${path} as it must be ${expected}: current value is ${JSON.stringify(value)}`,
  );
}
