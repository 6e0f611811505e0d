import type { HeaderField } from "./header_field.ts";

/** Longer blocks hardly come twice. */
const REMEMBERED_BYTES = 256;
/** A power of two. */
const SLOTS = 64;

interface Remembered {
  readonly bytes: Uint8Array;
  readonly fields: readonly HeaderField[];
}

/**
 * Same bytes, same table, same list: most answers of a server are byte for byte alike. A block is looked for in one slot
 * alone, and by its bytes, so that nothing is made for a block that was seen before.
 */
export class BlockMemory {
  readonly #slots: (Remembered | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The list that a block was decoded to before; undefined when it is not remembered. */
  get(bytes: Uint8Array, start: number, end: number): readonly HeaderField[] | undefined {
    const remembered = this.#slots[slotOf(bytes, start, end)];
    if (remembered === undefined) return undefined;
    const before = remembered.bytes;
    if (before.length !== end - start) return undefined;
    for (let at = 0; at < before.length; at++) if (before[at] !== bytes[start + at]) return undefined;
    return remembered.fields;
  }

  /** Remembers a block, and perhaps forgets another one. */
  set(bytes: Uint8Array, start: number, end: number, fields: readonly HeaderField[]): void {
    if (end - start > REMEMBERED_BYTES) return;
    this.#slots[slotOf(bytes, start, end)] = { bytes: bytes.slice(start, end), fields };
  }

  /** Forgets all: the table has changed that the blocks refer to. */
  clear(): void {
    this.#slots.fill(undefined);
  }
}

/** Blocks of one server differ in their length, or else in what comes last. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  return end - start + bytes[start]! * 7 + bytes[end - 1]! * 31 & SLOTS - 1;
}
