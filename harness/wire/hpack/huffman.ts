/**
 * HPACK's Huffman code (RFC 7541, appendix B). It is canonical: codes of one length follow each other in the order of
 * their octets, so that the lengths alone say all of it.
 */

/** Length in bits of the code of each octet. */
// deno-fmt-ignore
const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,];
/** Length of the code for the end of the string, which is all ones and must never be sent. */
const END_BITS = 30;

const CODES: readonly number[] = canonicalCodes();

/** States of the decoder: an inner node of the code's tree each; entry `2 * node + bit` is the next node or ~octet. */
const TREE: Int16Array = treeOf(CODES);

/** Length in octets of a string once it is encoded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let index = 0; index < text.length; index++) bits += CODE_BITS[text.charCodeAt(index) & 0xff]!;
  return bits + 7 >>> 3;
}

/**
 * Encodes a string of Latin-1 characters.
 *
 * @param to Where, with at least `huffmanLength(text)` octets from `at` on.
 * @returns Where the code ends.
 */
export function huffmanEncode(text: string, to: Uint8Array, at: number): number {
  let held = 0;
  let heldBits = 0;
  let next = at;
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index) & 0xff;
    let restBits = CODE_BITS[octet]!;
    // In two halves: a code of 30 bits on top of 7 held ones is more than 32.
    while (restBits > 0) {
      const take = Math.min(restBits, 16);
      restBits -= take;
      held = held << take | CODES[octet]! >>> restBits & (1 << take) - 1;
      heldBits += take;
      while (heldBits >= 8) {
        heldBits -= 8;
        to[next++] = held >>> heldBits;
      }
      held &= 0xff;
    }
  }
  if (heldBits > 0) to[next++] = held << 8 - heldBits | 0xff >>> heldBits;
  return next;
}

/**
 * Decodes octets.
 *
 * @returns The string; undefined when it holds the code for the end, or ends in anything but the first bits (less than
 * eight) of that code.
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let node = 0;
  let openBits = 0;
  let isPadding = true;
  for (let at = start; at < end; at++) {
    const octet = bytes[at]!;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = octet >>> shift & 1;
      const next = TREE[2 * node + bit]!;
      openBits++;
      isPadding = isPadding && bit === 1;
      if (next >= 0) {
        if (next === 0) return undefined;
        node = next;
        continue;
      }
      text += String.fromCharCode(~next);
      node = 0;
      openBits = 0;
      isPadding = true;
    }
  }
  return openBits < 8 && isPadding ? text : undefined;
}

function canonicalCodes(): number[] {
  const codes: number[] = new Array(CODE_BITS.length).fill(0);
  const order = CODE_BITS.map((bits, octet) => ({ bits, octet }))
    .sort((one, other) => one.bits - other.bits || one.octet - other.octet);
  let code = 0;
  let before = 0;
  for (const { bits, octet } of order) {
    code <<= bits - before;
    codes[octet] = code++;
    before = bits;
  }
  return codes;
}

/** Node 0 is the root; an entry of 0 leads nowhere (only the code for the end goes there). */
function treeOf(codes: readonly number[]): Int16Array {
  const entries: number[] = [0, 0];
  codes.forEach((code, octet) => {
    let node = 0;
    for (let shift = CODE_BITS[octet]! - 1; shift > 0; shift--) {
      const at = 2 * node + (code >>> shift & 1);
      if (entries[at] === 0) {
        entries[at] = entries.length / 2;
        entries.push(0, 0);
      }
      node = entries[at]!;
    }
    entries[2 * node + (code & 1)] = ~octet;
  });
  // The end's first bits are those of longest padding: they must lead somewhere, so that padding can be told from nonsense.
  let node = 0;
  for (let bit = 0; bit < END_BITS - 1; bit++) {
    const at = 2 * node + 1;
    if (entries[at] === 0) {
      entries[at] = entries.length / 2;
      entries.push(0, 0);
    }
    node = entries[at]!;
  }
  return Int16Array.from(entries);
}
