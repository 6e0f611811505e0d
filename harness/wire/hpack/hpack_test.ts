import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Http2Error } from "../http2_error.ts";
import { HpackDecoder } from "./decoder.ts";
import { encodeHeaders } from "./encoder.ts";
import type { HeaderField } from "./header_field.ts";
import { huffmanDecode, huffmanEncode, huffmanLength } from "./huffman.ts";

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Strings of all octets. */
const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => String.fromCharCode(...bytes));
const fields: fc.Arbitrary<HeaderField[]> = fc.array(
  fc.tuple(octets.map((name) => name.replaceAll(/[A-Z]/g, "x") || "x"), octets),
  { maxLength: 12 },
);

Deno.test("HpackDecoder decodes the requests of RFC 7541, C.3 and C.4, with one table each", () => {
  const wanted: HeaderField[][] = [
    [[":method", "GET"], [":scheme", "http"], [":path", "/"], [":authority", "www.example.com"]],
    [[":method", "GET"], [":scheme", "http"], [":path", "/"], [":authority", "www.example.com"], [
      "cache-control",
      "no-cache",
    ]],
    [[":method", "GET"], [":scheme", "https"], [":path", "/index.html"], [":authority", "www.example.com"], [
      "custom-key",
      "custom-value",
    ]],
  ];
  const plain = [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ];
  const huffman = [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ];
  for (const blocks of [plain, huffman]) {
    const decoder = new HpackDecoder();
    assertEquals(blocks.map((block) => decoder.decode(hex(block))), wanted);
  }
});

Deno.test("HpackDecoder drops the oldest entries of a table that is full, as in RFC 7541, C.6", () => {
  const decoder = new HpackDecoder({ maxTableBytes: 256 });
  const blocks = [
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    "4883 640e ffc1 c0bf",
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
  ];
  const [first, second, third] = blocks.map((block) => decoder.decode(hex(block)));
  assertEquals(first?.map(([name]) => name), [":status", "cache-control", "date", "location"]);
  assertEquals(second?.[0], [":status", "307"]);
  assertEquals(third?.[5], ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"]);
});

Deno.test("encodeHeaders and HpackDecoder are inverse, for every list of octets", () => {
  fc.assert(fc.property(fields, (list) => {
    const decoder = new HpackDecoder();
    for (let round = 0; round < 2; round++) assertEquals(decoder.decode(encodeHeaders(list)), list);
  }));
});

Deno.test("huffmanEncode and huffmanDecode are inverse, and huffmanLength tells the length", () => {
  fc.assert(fc.property(octets, (text) => {
    const bytes = new Uint8Array(huffmanLength(text));
    assertEquals(huffmanEncode(text, bytes, 0), bytes.length);
    assertEquals(huffmanDecode(bytes, 0, bytes.length), text);
  }));
});

Deno.test("huffmanDecode refuses the code for the end, padding of a whole octet, and padding that is not of ones", () => {
  assertEquals(huffmanDecode(hex("ffffffff"), 0, 4), undefined);
  assertEquals(huffmanDecode(hex("1fff"), 0, 2), undefined); // "a" and eleven ones
  assertEquals(huffmanDecode(hex("18"), 0, 1), undefined); // "a" and three zeros
  assertEquals(huffmanDecode(hex("1f"), 0, 1), "a");
});

Deno.test("HpackDecoder refuses what is no header block, with COMPRESSION_ERROR and what it found", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["80", "index 0"],
    ["be", "index 62"],
    ["ff", "an end in the middle"],
    ["ffffffffffff", "more than four octets"],
    ["4003", "a string of 3 bytes, of which 0 are there"],
    ["3fe21f", "a table of 4097 bytes, expected at most 4096"],
    ["8220", "a change of the table's size after a field"],
    ["00 81 18 00", "a wrong Huffman code"],
  ];
  for (const [block, found] of cases) {
    assertThrows(() => new HpackDecoder().decode(hex(block)), Http2Error, found);
  }
});

Deno.test("HpackDecoder bounds the list that a small block may unfold to", () => {
  const decoder = new HpackDecoder({ maxListBytes: 10_000 });
  decoder.decode(
    Uint8Array.of(0x40, 1, 97, 127, 0xa9, 0x06, ...new Uint8Array(936 + 0).fill(98)).subarray(0, 6 + 936 - 0),
  );
  assertThrows(
    () => decoder.decode(new Uint8Array(4000).fill(0xbe)),
    Http2Error,
    "ENHANCE_YOUR_CALM: a header list has more than 10000 bytes",
  );
});

Deno.test("HpackDecoder meets any bytes with a list or an Http2Error", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 4 }), (blocks) => {
      const decoder = new HpackDecoder();
      try {
        for (const block of blocks) decoder.decode(block);
      } catch (error) {
        if (!(error instanceof Http2Error)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("HpackDecoder remembers equal blocks only until its table changes", () => {
  const decoder = new HpackDecoder();
  decoder.decode(hex("4001 6101 31")); // a: 1
  assertEquals(decoder.decode(hex("be")), [["a", "1"]]);
  assertEquals(decoder.decode(hex("be")), [["a", "1"]]);
  decoder.decode(hex("4001 6101 32")); // a: 2
  assertEquals(decoder.decode(hex("be")), [["a", "2"]]);
});

Deno.test("HpackDecoder tells apart blocks that agree in length and ends, and decodes long ones anew", () => {
  const decoder = new HpackDecoder();
  const block = (middle: string) => encodeHeaders([["x", "1"], ["y", middle], ["z", "3"]]);
  for (const middle of ["ab", "ba", "ab", "c".repeat(300), "d".repeat(300), "c".repeat(300)]) {
    assertEquals(decoder.decode(block(middle)), [["x", "1"], ["y", middle], ["z", "3"]]);
  }
});

Deno.test("HpackDecoder gives the same list for the same block, so that what it says is read once", () => {
  const decoder = new HpackDecoder();
  const block = encodeHeaders([[":status", "200"], ["a", "b"]]);
  assert(decoder.decode(block) === decoder.decode(block.slice()));
});
