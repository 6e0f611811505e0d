import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FRAME, frame } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import { Http2Error } from "./http2_error.ts";

type Seen = readonly [type: number, flags: number, streamId: number, payload: number[]];

function reader(maxFrameBytes?: number): { reader: FrameReader; seen: Seen[] } {
  const seen: Seen[] = [];
  const onFrame = (type: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number) =>
    void seen.push([type, flags, id, [...bytes.subarray(start, end)]]);
  return { reader: new FrameReader(onFrame, maxFrameBytes), seen };
}

const anyFrame = fc.tuple(
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: 0, max: 0x7fffffff }),
  fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ minLength: 1000, maxLength: 3000 })),
);

Deno.test("property: FrameReader gives back the frames of any slicing", () => {
  const slices = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4000 })), {
    minLength: 1,
  });
  fc.assert(fc.property(fc.array(anyFrame, { maxLength: 8 }), slices, (frames, cuts) => {
    const stream = Uint8Array.from(
      frames.flatMap(([type, flags, id, payload]) => [...frame(type, flags, id, payload)]),
    );
    const { reader: under, seen } = reader();
    // One buffer for all, as a socket is read: what the reader holds must be its own.
    const buffer = new Uint8Array(8000);
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const piece = stream.subarray(at, at + cuts[turn % cuts.length]!);
      buffer.set(piece);
      under.push(buffer, piece.length);
      buffer.fill(0xee);
      at += piece.length;
    }
    assertEquals(seen, frames.map(([type, flags, id, payload]) => [type, flags, id, [...payload]]));
    assertEquals(under.pendingBytes, 0);
  }));
});

Deno.test("FrameReader takes the largest payload that is allowed, and refuses one more as soon as its header is there", () => {
  const { reader: under, seen } = reader(100);
  under.push(frame(FRAME.data, 0, 1, new Uint8Array(100)));
  assertEquals(seen.length, 1);
  const tooLong = frame(FRAME.data, 0, 1, new Uint8Array(101));
  under.push(tooLong.subarray(0, 8));
  assertThrows(
    () => under.push(tooLong.subarray(8, 9)),
    Http2Error,
    "FRAME_SIZE_ERROR: a frame of type 0 has 101 bytes, expected at most 100",
  );
});

Deno.test("FrameReader ignores the reserved bit of an identifier, and counts what is not yet whole", () => {
  const { reader: under, seen } = reader();
  under.push(Uint8Array.of(0, 0, 1, 9, 0, 0xff, 0xff, 0xff, 0xff));
  assertEquals([seen.length, under.pendingBytes], [0, 9]);
  under.push(Uint8Array.of(5));
  assertEquals(seen, [[9, 0, 0x7fffffff, [5]]]);
});
