import { ERROR } from "../frame.ts";
import { Http2Error } from "../http2_error.ts";
import { BlockMemory } from "./block_memory.ts";
import { DynamicTable } from "./dynamic_table.ts";
import type { HeaderField } from "./header_field.ts";
import { huffmanDecode } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

/** Bounds of a decoder. */
export interface HpackDecoderOptions {
  /** Largest dynamic table that the peer may ask for: our SETTINGS_HEADER_TABLE_SIZE. @default 4096 */
  readonly maxTableBytes?: number;
  /** Largest header list, counted as in SETTINGS_MAX_HEADER_LIST_SIZE. @default 262144 */
  readonly maxListBytes?: number;
}

/** Decodes the header blocks of one direction of one connection, in the order in which they came (RFC 7541). */
export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #maxTableBytes: number;
  readonly #maxListBytes: number;
  readonly #remembered: BlockMemory = new BlockMemory();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  constructor(options: HpackDecoderOptions = {}) {
    this.#maxTableBytes = options.maxTableBytes ?? 4096;
    this.#maxListBytes = options.maxListBytes ?? 262_144;
    this.#table = new DynamicTable(this.#maxTableBytes);
  }

  /**
   * Decodes one whole block (that of HEADERS and its CONTINUATIONs together).
   *
   * @returns The fields in order; the array may be given out again for an equal block, so it must not be changed.
   * @throws {Http2Error} COMPRESSION_ERROR for what is no HPACK, ENHANCE_YOUR_CALM for a list that is too long. The
   * decoder cannot be used after that: the tables of both sides are no longer the same.
   */
  decode(bytes: Uint8Array, start = 0, end: number = bytes.length): readonly HeaderField[] {
    const known = this.#remembered.get(bytes, start, end);
    if (known !== undefined) return known;

    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const changesBefore = this.#table.changes;
    const fields: HeaderField[] = [];
    let listBytes = 0;
    while (this.#at < this.#end) {
      const field = this.#representation(fields.length === 0);
      if (field === undefined) continue;
      listBytes += field[0].length + field[1].length + 32;
      if (listBytes > this.#maxListBytes) {
        throw new Http2Error(
          ERROR.enhanceYourCalm,
          `a header list has more than ${this.#maxListBytes} bytes`,
        );
      }
      fields.push(field);
    }
    if (this.#table.changes !== changesBefore) this.#remembered.clear();
    else this.#remembered.set(bytes, start, end, fields);
    return fields;
  }

  /** @returns Undefined for a change of the table's size. */
  #representation(isFirst: boolean): HeaderField | undefined {
    const first = this.#bytes[this.#at]!;
    if (first & 0x80) return this.#field(this.#integer(7));
    if (first & 0x40) {
      const field = this.#literal(6);
      this.#table.add(field);
      return field;
    }
    if (!(first & 0x20)) return this.#literal(4);
    if (!isFirst) throw broken("a change of the table's size after a field");
    const size = this.#integer(5);
    if (size > this.#maxTableBytes) {
      throw broken(`a table of ${size} bytes, expected at most ${this.#maxTableBytes}`);
    }
    this.#table.resize(size);
    return undefined;
  }

  #literal(prefixBits: number): HeaderField {
    const index = this.#integer(prefixBits);
    const name = index === 0 ? this.#text() : this.#field(index)[0];
    return [name, this.#text()];
  }

  #field(index: number): HeaderField {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#table.at(index - STATIC_TABLE.length);
    if (field === undefined) throw broken(`index ${index}, where no field is`);
    return field;
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#octet() & mask;
    if (value < mask) return value;
    for (let shift = 0;; shift += 7) {
      const octet = this.#octet();
      // 2^28 is more than any index or length can be; beyond it a shift would overflow.
      if (shift > 21) throw broken("an integer of more than four octets");
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
  }

  #text(): string {
    const isHuffman = this.#at < this.#end && (this.#bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#end) throw broken(`a string of ${length} bytes, of which ${this.#end - from} are there`);
    this.#at = to;
    if (!isHuffman) return latin1(this.#bytes, from, to);
    const text = huffmanDecode(this.#bytes, from, to);
    if (text === undefined) throw broken("a string with a wrong Huffman code");
    return text;
  }

  #octet(): number {
    if (this.#at >= this.#end) throw broken("an end in the middle of a field");
    return this.#bytes[this.#at++]!;
  }
}

function broken(found: string): Http2Error {
  return new Http2Error(ERROR.compressionError, `expected an HPACK header block, found ${found}`);
}

/** Octets as Latin-1 characters. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
