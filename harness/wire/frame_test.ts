import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ERROR,
  ERROR_NAMES,
  FLAG,
  FRAME,
  frame,
  goawayFrame,
  headersFrames,
  pingFrame,
  rstStreamFrame,
  SETTING,
  settingsAck,
  settingsFrame,
  windowUpdateFrame,
} from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";

/** Frames as `[type, flags, streamId, payload]`. */
function framesOf(bytes: Uint8Array): [number, number, number, number[]][] {
  const frames: [number, number, number, number[]][] = [];
  new FrameReader((type, flags, id, from, start, end) =>
    frames.push([type, flags, id, [...from.subarray(start, end)]])
  ).push(bytes);
  return frames;
}

Deno.test("frame writes length, type, flags and identifier as RFC 9113, section 4.1, lays them out", () => {
  assertEquals(
    [...frame(FRAME.data, FLAG.endStream, 0x01020304, Uint8Array.of(9, 8))],
    [0, 0, 2, 0, 1, 1, 2, 3, 4, 9, 8],
  );
  assertEquals([...frame(0xfe, 0xff, 0xffffffff, new Uint8Array(0))].slice(3), [
    0xfe,
    0xff,
    0x7f,
    255,
    255,
    255,
  ]);
});

Deno.test("property: headersFrames cuts a block into frames of the allowed length that give it back", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 400 }),
    fc.boolean(),
    fc.integer({ min: 1, max: 90 }),
    (block, endStream, maxFrameBytes) => {
      const frames = framesOf(headersFrames(5, block, endStream, maxFrameBytes));
      assertEquals(frames.flatMap(([, , , payload]) => payload), [...block]);
      frames.forEach(([type, flags, id, payload], index) => {
        assertEquals([type, id], [index === 0 ? FRAME.headers : FRAME.continuation, 5]);
        assertEquals((flags & FLAG.endHeaders) !== 0, index === frames.length - 1);
        assertEquals((flags & FLAG.endStream) !== 0, index === 0 && endStream);
        assertEquals(payload.length <= maxFrameBytes, true);
      });
    },
  ));
});

Deno.test("settingsFrame, settingsAck, rstStreamFrame, windowUpdateFrame, pingFrame and goawayFrame are as RFC 9113 says", () => {
  assertEquals(framesOf(settingsFrame([[SETTING.maxFrameSize, 0x10203], [SETTING.enablePush, 0]])), [
    [FRAME.settings, 0, 0, [0, 5, 0, 1, 2, 3, 0, 2, 0, 0, 0, 0]],
  ]);
  assertEquals(framesOf(settingsAck()), [[FRAME.settings, FLAG.ack, 0, []]]);
  assertEquals(framesOf(rstStreamFrame(7, ERROR.cancel)), [[FRAME.rstStream, 0, 7, [0, 0, 0, 8]]]);
  assertEquals(framesOf(windowUpdateFrame(0, 0x7fffffff)), [[FRAME.windowUpdate, 0, 0, [
    127,
    255,
    255,
    255,
  ]]]);
  assertEquals(framesOf(pingFrame(new Uint8Array(8), true)), [[FRAME.ping, FLAG.ack, 0, [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]]]);
  assertEquals(framesOf(goawayFrame(3, ERROR.enhanceYourCalm, "hi")), [
    [FRAME.goaway, 0, 0, [0, 0, 0, 3, 0, 0, 0, 11, 104, 105]],
  ]);
});

Deno.test("ERROR_NAMES names every code at its number", () => {
  assertEquals(ERROR_NAMES.length, Object.keys(ERROR).length);
  assertEquals(ERROR_NAMES[ERROR.refusedStream], "REFUSED_STREAM");
  assertEquals(ERROR_NAMES[ERROR.http11Required], "HTTP_1_1_REQUIRED");
});
