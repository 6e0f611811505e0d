import type { HeaderField } from "./header_field.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

const WHOLE = new Map(STATIC_TABLE.map(([name, value], index) => [`${name}\n${value}`, index + 1] as const));
const NAMES = new Map(STATIC_TABLE.map(([name], index) => [name, index + 1] as const).reverse());

/**
 * Encodes a header list without the dynamic table: the same list gives the same bytes, whatever was sent before, so
 * that a block can be made once and be sent on every stream and connection.
 *
 * @param fields Names in lower case; characters up to U+00FF.
 * @throws {TypeError} When a name has upper-case letters, or anything has characters beyond U+00FF.
 */
export function encodeHeaders(fields: readonly HeaderField[]): Uint8Array {
  let longest = 0;
  for (const [name, value] of fields) longest += 12 + 4 * (name.length + value.length);
  const bytes = new Uint8Array(longest);
  let at = 0;
  for (const [name, value] of fields) {
    check(name, value);
    const index = WHOLE.get(`${name}\n${value}`);
    if (index !== undefined) {
      at = writeInteger(bytes, at, 0x80, 7, index);
      continue;
    }
    const nameIndex = NAMES.get(name) ?? 0;
    at = writeInteger(bytes, at, 0x00, 4, nameIndex);
    if (nameIndex === 0) at = writeText(bytes, at, name);
    at = writeText(bytes, at, value);
  }
  return bytes.slice(0, at);
}

function writeText(to: Uint8Array, at: number, text: string): number {
  const length = huffmanLength(text);
  if (length < text.length) {
    return huffmanEncode(text, to, writeInteger(to, at, 0x80, 7, length));
  }
  let next = writeInteger(to, at, 0x00, 7, text.length);
  for (let index = 0; index < text.length; index++) to[next++] = text.charCodeAt(index);
  return next;
}

function writeInteger(
  to: Uint8Array,
  at: number,
  pattern: number,
  prefixBits: number,
  value: number,
): number {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    to[at] = pattern | value;
    return at + 1;
  }
  to[at] = pattern | mask;
  let rest = value - mask;
  let next = at + 1;
  for (; rest >= 0x80; rest >>>= 7) to[next++] = rest & 0x7f | 0x80;
  to[next++] = rest;
  return next;
}

function check(name: string, value: string): void {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x40\x5b-\xff]+$/.test(name) && /^[\x00-\xff]*$/.test(value)) return;
  throw new TypeError(
    `Cannot encode a header as its name must be lower case and all characters below U+0100: current value is ` +
      JSON.stringify(`${name}: ${value}`),
  );
}
