import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { END_FRAME, frameOf, FrameReader, RESET_FRAME } from "./tunnel_frames.ts";

/** What a reader makes of some pieces: bytes that follow each other are joined. */
function read(pieces: readonly Uint8Array[]): (string | number[])[] {
  const seen: (string | number[])[] = [];
  const reader = new FrameReader({
    bytes: (bytes) => {
      const last = seen.at(-1);
      if (Array.isArray(last)) last.push(...bytes);
      else seen.push([...bytes]);
    },
    end: () => void seen.push("end"),
    reset: () => void seen.push("reset"),
  });
  for (const piece of pieces) reader.push(piece);
  return seen;
}

Deno.test("property: FrameReader gives back what was framed, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom("end", "reset"),
      (chunks, cuts, ending) => {
        const stream = Buffer.concat([...chunks.map(frameOf), ending === "end" ? END_FRAME : RESET_FRAME]);
        const pieces: Uint8Array[] = [];
        for (let offset = 0, turn = 0; offset < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          pieces.push(stream.subarray(offset, offset + size));
          offset += size;
        }
        assertEquals(read(pieces), [chunks.flatMap((chunk) => [...chunk]), ending]);
      },
    ),
  );
});

Deno.test("FrameReader hands out the bytes of a frame before it is complete", () => {
  const frame = frameOf(new Uint8Array([1, 2, 3, 4]));
  assertEquals(read([frame.subarray(0, 3)]), []);
  assertEquals(read([frame.subarray(0, 6)]), [[1, 2]]);
});
