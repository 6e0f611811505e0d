import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FrameSplitter } from "./frame_splitter.ts";

/** A frame as the engine writes it. */
function frame(stream: 1 | 2, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + content.length);
  bytes[0] = stream;
  new DataView(bytes.buffer).setUint32(4, content.length);
  bytes.set(content, 8);
  return bytes;
}

Deno.test("FrameSplitter gives back both streams, however the bytes were cut", () => {
  const pieces = fc.array(
    fc.tuple(fc.constantFrom(1 as const, 2 as const), fc.uint8Array({ maxLength: 40 })),
  );
  fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 30 }), (frames, cut) => {
    const wire = frames.flatMap(([stream, content]) => [...frame(stream, content)]);
    const seen: Record<string, number[]> = { stdout: [], stderr: [] };
    const splitter = new FrameSplitter((stream, bytes) => seen[stream]!.push(...bytes));
    for (let at = 0; at < wire.length; at += cut) splitter.push(new Uint8Array(wire.slice(at, at + cut)));
    const sent = (stream: number) => frames.flatMap(([each, content]) => each === stream ? [...content] : []);
    assertEquals(seen, { stdout: sent(1), stderr: sent(2) });
  }));
});
