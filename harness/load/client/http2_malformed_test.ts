import { assert, assertEquals } from "@std/assert";
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
  settingsFrame,
  windowUpdateFrame,
} from "../../wire/frame.ts";
import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { Http2Connection } from "./http2_connection.ts";
import { connected } from "./testing/connected.ts";
import { answer, data, NO_SETTINGS } from "./testing/scripted_peer.ts";

const { protocolError, frameSizeError, flowControlError, compressionError, streamClosed, enhanceYourCalm } =
  ERROR;
const OK: HeaderField[] = [[":status", "200"]];
const none = new Uint8Array(0);
const bytes = (length: number) => new Uint8Array(length);
const begun = answer(1, OK);
const done = answer(1, OK, true);

/** What ends the connection, by RFC 9113, while stream 1 is open. */
const CONNECTION_ERRORS: readonly (readonly [name: string, code: number, ...sent: Uint8Array[]])[] = [
  ["DATA on stream 0", protocolError, data(0, "x")],
  ["DATA on a stream that was not begun", protocolError, data(3, "x")],
  ["HEADERS on an even stream", protocolError, answer(2, OK)],
  ["HEADERS on stream 0", protocolError, answer(0, OK)],
  ["HEADERS on a stream that had ended", streamClosed, done, answer(1, OK)],
  [
    "HEADERS with more padding than frame",
    protocolError,
    frame(1, FLAG.padded | FLAG.endHeaders, 1, Uint8Array.of(9, 0x88)),
  ],
  [
    "HEADERS without room for its priority",
    protocolError,
    frame(1, FLAG.priority | FLAG.endHeaders, 1, bytes(4)),
  ],
  ["padded HEADERS without any byte", protocolError, frame(1, FLAG.padded | FLAG.endHeaders, 1, none)],
  ["DATA with more padding than frame", protocolError, begun, frame(0, FLAG.padded, 1, Uint8Array.of(2, 0))],
  ["padded DATA without any byte", protocolError, begun, frame(0, FLAG.padded, 1, none)],
  ["a frame that is too long", frameSizeError, frame(0, 0, 1, bytes(16_385))],
  ["PRIORITY on stream 0", protocolError, frame(2, 0, 0, bytes(5))],
  ["RST_STREAM on stream 0", protocolError, rstStreamFrame(0, 0)],
  ["RST_STREAM on a stream that was not begun", protocolError, rstStreamFrame(5, 0)],
  ["RST_STREAM of 3 bytes", frameSizeError, frame(3, 0, 1, bytes(3))],
  ["SETTINGS on a stream", protocolError, frame(4, 0, 1, none)],
  ["SETTINGS of 5 bytes", frameSizeError, frame(4, 0, 0, bytes(5))],
  ["an acknowledgement of SETTINGS with bytes", frameSizeError, frame(4, FLAG.ack, 0, bytes(6))],
  ["ENABLE_PUSH by a server", protocolError, settingsFrame([[SETTING.enablePush, 1]])],
  ["INITIAL_WINDOW_SIZE of 2^31", flowControlError, settingsFrame([[SETTING.initialWindowSize, 2 ** 31]])],
  ["MAX_FRAME_SIZE of 16383", protocolError, settingsFrame([[SETTING.maxFrameSize, 16_383]])],
  ["MAX_FRAME_SIZE of 2^24", protocolError, settingsFrame([[SETTING.maxFrameSize, 2 ** 24]])],
  [
    "INITIAL_WINDOW_SIZE that makes a window too large",
    flowControlError,
    windowUpdateFrame(1, 0x7fffffff - 65_535),
    settingsFrame([[SETTING.initialWindowSize, 70_000]]),
  ],
  ["PUSH_PROMISE", protocolError, frame(5, FLAG.endHeaders, 1, Uint8Array.of(0, 0, 0, 2, 0x82))],
  ["PING on a stream", protocolError, frame(6, 0, 1, bytes(8))],
  ["PING of 7 bytes", frameSizeError, frame(6, 0, 0, bytes(7))],
  ["GOAWAY on a stream", protocolError, frame(7, 0, 1, bytes(8))],
  ["GOAWAY of 7 bytes", frameSizeError, frame(7, 0, 0, bytes(7))],
  ["GOAWAY that takes more streams than the one before", protocolError, goawayFrame(1, 0), goawayFrame(3, 0)],
  ["WINDOW_UPDATE of 3 bytes", frameSizeError, frame(8, 0, 0, bytes(3))],
  ["WINDOW_UPDATE of 0 on the connection", protocolError, windowUpdateFrame(0, 0)],
  ["WINDOW_UPDATE on a stream that was not begun", protocolError, windowUpdateFrame(9, 1)],
  ["a window of the connection beyond 2^31-1", flowControlError, windowUpdateFrame(0, 0x7fffffff)],
  ["CONTINUATION without HEADERS", protocolError, frame(9, FLAG.endHeaders, 1, none)],
  ["another frame inside of a header block", protocolError, frame(1, 0, 1, none), pingFrame(bytes(8), false)],
  ["CONTINUATION of another stream", protocolError, frame(1, 0, 1, none), frame(9, FLAG.endHeaders, 3, none)],
  [
    "CONTINUATIONs without end",
    enhanceYourCalm,
    frame(1, 0, 1, none),
    ...Array(1025).fill(frame(9, 0, 1, none)),
  ],
  ["a block that is no HPACK", compressionError, headersFrames(1, Uint8Array.of(0x80), false)],
];

/** What ends stream 1 alone. */
const STREAM_ERRORS: readonly (readonly [name: string, code: number, ...sent: Uint8Array[]])[] = [
  ["DATA before HEADERS", protocolError, data(1, "x")],
  ["PRIORITY of 4 bytes", frameSizeError, frame(2, 0, 1, bytes(4))],
  ["WINDOW_UPDATE of 0", protocolError, windowUpdateFrame(1, 0)],
  ["a window beyond 2^31-1", flowControlError, windowUpdateFrame(1, 0x7fffffff)],
  ["an answer without :status", protocolError, answer(1, [["a", "b"]])],
  ["a :status of two digits", protocolError, answer(1, [[":status", "20"]])],
  ["two :status", protocolError, answer(1, [...OK, ...OK])],
  ["a :status of 101", protocolError, answer(1, [[":status", "101"]])],
  [":status after another field", protocolError, answer(1, [["a", "b"], ...OK])],
  ["a pseudo-header of requests", protocolError, answer(1, [...OK, [":path", "/"]])],
  ["connection", protocolError, answer(1, [...OK, ["connection", "close"]])],
  ["transfer-encoding", protocolError, answer(1, [...OK, ["transfer-encoding", "chunked"]])],
  ["a name in upper case", protocolError, headersFrames(1, Uint8Array.of(0x88, 0, 1, 65, 1, 98), false)],
  ["an empty name", protocolError, headersFrames(1, Uint8Array.of(0x88, 0, 0, 1, 98), false)],
  ["a line feed in a value", protocolError, answer(1, [...OK, ["a", "b\nc"]])],
  ["a value that begins with a blank", protocolError, answer(1, [...OK, ["a", " b"]])],
  ["a content-length that is no number", protocolError, answer(1, [...OK, ["content-length", "x"]])],
  [
    "two unequal content-lengths",
    protocolError,
    answer(1, [...OK, ["content-length", "1"], ["content-length", "2"]]),
  ],
  [
    "more content than content-length",
    protocolError,
    answer(1, [...OK, ["content-length", "1"]]),
    data(1, "ab"),
  ],
  [
    "less content than content-length",
    protocolError,
    answer(1, [...OK, ["content-length", "3"]]),
    data(1, "ab", true),
  ],
  ["no content in spite of content-length", protocolError, answer(1, [...OK, ["content-length", "3"]], true)],
  [
    "trailers before content-length",
    protocolError,
    answer(1, [...OK, ["content-length", "3"]]),
    answer(1, [["a", "b"]], true),
  ],
  ["an interim answer that ends the stream", protocolError, answer(1, [[":status", "103"]], true)],
  ["trailers without END_STREAM", protocolError, begun, answer(1, [["a", "b"]])],
  [":status in trailers", protocolError, begun, answer(1, OK, true)],
  ["a connection field in trailers", protocolError, begun, answer(1, [["upgrade", "h2c"]], true)],
];

for (const [name, code, ...sent] of CONNECTION_ERRORS) {
  Deno.test(`Http2Connection ends the connection with ${ERROR_NAMES[code]} at ${name}`, async () => {
    await using both = await connected();
    const stream = both.request();
    await both.peer.request();
    await both.peer.send(...sent);
    const goaway = await both.peer.next(FRAME.goaway);
    assertEquals(ERROR_NAMES[goaway.payload[7]!], ERROR_NAMES[code]);
    both.peer.close();
    const end = await both.connection.ended;
    assertEquals([end.code, end.by, end.why.startsWith(ERROR_NAMES[code]!)], [code, "us", true]);
    assertEquals([stream.ends, both.connection.streams, both.connection.isOpen], [1, 0, false]);
  });
}

for (const [name, code, ...sent] of STREAM_ERRORS) {
  Deno.test(`Http2Connection ends the stream alone with ${ERROR_NAMES[code]} at ${name}`, async () => {
    await using both = await connected();
    const stream = both.request();
    await both.peer.request();
    await both.peer.send(...sent, data(1, "what was under way", true));
    const reset = await both.peer.next(FRAME.rstStream);
    assertEquals([reset.id, ERROR_NAMES[reset.payload[3]!]], [1, ERROR_NAMES[code]]);
    await stream.over;
    assertEquals([stream.resetAs?.code, stream.resetAs?.by], [code, "us"]);
    const next = both.request();
    await both.peer.send(answer(3, OK, true));
    await next.over;
    assertEquals([stream.ends, next.told], [1, ["onHeaders", "onEnd"]]);
  });
}

Deno.test("Http2Connection ends the connection when SETTINGS is not the first frame", async () => {
  for (const first of [pingFrame(bytes(8), false), frame(4, FLAG.ack, 0, none)]) {
    await using both = await connected(none);
    await both.peer.send(first);
    assertEquals((await both.peer.next(FRAME.goaway)).payload[7], protocolError);
  }
});

Deno.test("Http2Connection resets a stream on which DATA comes after its end, and takes the content-length of a 304", async () => {
  await using both = await connected();
  const first = both.request();
  await both.peer.send(answer(1, [[":status", "304"], ["content-length", "7"]], true), data(1, "late"));
  await first.over;
  assertEquals(first.told, ["onHeaders", "onEnd"]);
  assertEquals((await both.peer.next(FRAME.rstStream)).payload[3], streamClosed);
});

Deno.test("Http2Connection ends stream or connection when a peer sends more than their windows allow", async () => {
  for (const [connectionWindowBytes, type] of [[1 << 20, FRAME.rstStream], [65_535, FRAME.goaway]] as const) {
    await using both = await connected(undefined, {
      connectionWindowBytes,
      streamWindowBytes: 65_535,
      maxFrameBytes: 1 << 20,
    });
    const stream = both.request();
    await both.peer.send(begun, data(1, bytes(65_536)));
    assertEquals((await both.peer.next(type)).payload.at(type === FRAME.goaway ? 7 : 3), flowControlError);
    await stream.over;
    assertEquals(stream.resetAs?.code, flowControlError);
  }
});

Deno.test("Http2Connection ends when a peer wants answers and does not read them", async () => {
  const pings = Array(10_001).fill(pingFrame(bytes(8), false)).flatMap((each) => [...each]);
  const closed = Promise.withResolvers<null>();
  let unread = Uint8Array.from([...NO_SETTINGS, ...pings]);
  const connection = new Http2Connection({
    read(into) {
      if (unread.length === 0) return closed.promise;
      const length = Math.min(into.length, unread.length);
      into.set(unread.subarray(0, length));
      unread = unread.slice(length);
      return Promise.resolve(length);
    },
    write: () => closed.promise.then(() => 1),
    close: () => closed.resolve(null),
  });
  const { code, why } = await connection.ended;
  assertEquals([code, why], [
    enhanceYourCalm,
    "ENHANCE_YOUR_CALM: 10001 frames want answers that nobody reads",
  ]);
});

const streamId = fc.constantFrom(0, 1, 3, 5, 7, 2, 0x7fffffff);
const anyFrame = fc.oneof(
  fc.tuple(
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: 0, max: 255 }),
    streamId,
    fc.uint8Array({ maxLength: 40 }),
  )
    .map(([type, flags, id, payload]) => frame(type, flags, id, payload)),
  fc.tuple(streamId, fc.boolean()).map(([id, end]) => answer(id, OK, end)),
  fc.tuple(streamId, fc.string({ maxLength: 20 }), fc.boolean()).map(([id, text, end]) =>
    data(id, text, end)
  ),
  fc.tuple(streamId, fc.constantFrom("0", "14", "x")).map(([id, status]) =>
    answer(id, [["grpc-status", status]], true)
  ),
  fc.tuple(streamId, fc.nat(14)).map(([id, code]) => rstStreamFrame(id, code)),
  fc.tuple(streamId, fc.nat(0x7fffffff)).map(([id, growth]) => windowUpdateFrame(id, growth)),
  fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(100_000)).map((pair) => settingsFrame([pair])),
  fc.tuple(streamId, fc.nat(14)).map(([id, code]) => goawayFrame(id, code)),
  fc.constant(pingFrame(bytes(8), false)),
);
/** Frames in any order, whole or with one byte changed; or no frames at all. */
const anything = fc.oneof(
  fc.array(anyFrame, { maxLength: 12 }).map((frames) => [NO_SETTINGS, ...frames]),
  fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }),
  fc.tuple(fc.array(anyFrame, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(255)).map(
    ([frames, at, octet]) => {
      const joined = Uint8Array.from([NO_SETTINGS, ...frames].flatMap((each) => [...each]));
      joined[at % joined.length] = octet;
      return [joined];
    },
  ),
);

Deno.test("property: Http2Connection ends each stream once and keeps none, whatever the peer sends", async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (pieces) => {
      await using both = await connected(none);
      const streams = [both.request(), both.request(bytes(100_000)), both.request(none)];
      for (const piece of pieces) await both.peer.send(piece);
      both.peer.close();
      await both.connection.ended;
      await Promise.all(streams.map(({ over }) => over));
      assertEquals(streams.map(({ ends }) => ends), [1, 1, 1]);
      assertEquals(both.connection.streams, 0);
      assert(!both.connection.isOpen);
    }),
    { numRuns: 300 },
  );
});
