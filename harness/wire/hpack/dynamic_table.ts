import type { HeaderField } from "./header_field.ts";

/** What each entry costs beside its text (RFC 7541, section 4.1). */
const ENTRY_BYTES = 32;

/** The fields that were sent before on a connection, newest first. */
export class DynamicTable {
  /** Counts additions and changes of the size. */
  changes = 0;
  readonly #fields: HeaderField[] = [];
  #bytes = 0;
  #maxBytes: number;

  /** @param maxBytes Size, counted as in RFC 7541, section 4.1. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Entries there are. */
  get length(): number {
    return this.#fields.length;
  }

  /** The entry with an index that counts from 1, if there is one. */
  at(index: number): HeaderField | undefined {
    return this.#fields[this.#fields.length - index];
  }

  /** Adds an entry and drops the oldest ones that have no place any more; one that is larger than the table empties it. */
  add(field: HeaderField): void {
    this.changes++;
    this.#fields.push(field);
    this.#bytes += sizeOf(field);
    this.#evict();
  }

  /** Changes the largest size. */
  resize(maxBytes: number): void {
    this.changes++;
    this.#maxBytes = maxBytes;
    this.#evict();
  }

  #evict(): void {
    let dropped = 0;
    while (this.#bytes > this.#maxBytes) this.#bytes -= sizeOf(this.#fields[dropped++]!);
    if (dropped > 0) this.#fields.splice(0, dropped);
  }
}

function sizeOf([name, value]: HeaderField): number {
  return name.length + value.length + ENTRY_BYTES;
}
