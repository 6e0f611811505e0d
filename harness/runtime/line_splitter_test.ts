import { assertEquals } from "@std/assert";
import { LineRing, LineSplitter } from "./line_splitter.ts";

function split(chunks: readonly Uint8Array[], longest?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), longest);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LineSplitter gives the same lines however the bytes are cut, also inside a character", () => {
  const text = bytes("grüße\r\n\nzwei\r\nend €");
  const expected = ["grüße", "", "zwei", "end €"];
  assertEquals(split([text]), expected);
  for (let cut = 1; cut < text.length; cut++) {
    assertEquals(split([text.subarray(0, cut), text.subarray(cut)]), expected);
  }
});

Deno.test("LineSplitter cuts a line that never ends, so that memory stays bounded", () => {
  assertEquals(split([bytes("abcdefghi"), bytes("j\nk\n")], 4), ["abcd", "efgh", "ij", "k"]);
});

Deno.test("LineRing keeps the last lines and shortens long ones", () => {
  const ring = new LineRing(2);
  for (const line of ["a", "b", "c".repeat(3_000)]) ring.add(line);
  assertEquals(ring.lines(), ["b", "c".repeat(2_000) + "..."]);
});
