import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CLIENT_PREFACE,
  ERROR,
  FLAG,
  FRAME,
  frame,
  goawayFrame,
  headersFrames,
  pingFrame,
  rstStreamFrame,
  SETTING,
  settingsFrame,
} from "../../wire/frame.ts";
import { encodeHeaders } from "../../wire/hpack/encoder.ts";
import { BODY, connected, HEAD } from "./testing/connected.ts";
import { RecordedStream } from "./testing/recorded_stream.ts";
import { answer, data } from "./testing/scripted_peer.ts";

const OK = [[":status", "200"]] as const;

Deno.test("Http2Connection sends preface, SETTINGS without push and its windows, and acknowledges the peer's", async () => {
  await using both = await connected(undefined, {
    streamWindowBytes: 1 << 20,
    connectionWindowBytes: 1 << 21,
  });
  const settings = await both.peer.next(FRAME.settings);
  assertEquals(both.peer.preface, CLIENT_PREFACE);
  assertEquals([...settings.payload].slice(0, 12), [0, 2, 0, 0, 0, 0, 0, 4, 0, 16, 0, 0]);
  const update = await both.peer.next(FRAME.windowUpdate);
  assertEquals([update.id, new DataView(update.payload.buffer).getUint32(0)], [0, (1 << 21) - 65_535]);
  const ack = await both.peer.next(FRAME.settings);
  assertEquals([ack.flags, ack.payload.length], [FLAG.ack, 0]);
});

Deno.test("Http2Connection makes a request and hands out head, content and trailers", async () => {
  await using both = await connected();
  const stream = both.request();
  const { id, fields } = await both.peer.request();
  assertEquals(fields, [[":method", "POST"], [":scheme", "http"], [":path", "/x"], [":authority", "a"]]);
  const sent = await both.peer.next(FRAME.data);
  assertEquals([sent.id, sent.flags, [...sent.payload]], [id, FLAG.endStream, [...BODY]]);
  assert(Math.abs(stream.sentT - performance.now()) < 60_000, `sent at ${stream.sentT}`);
  await both.peer.send(
    answer(id, OK),
    data(id, "so"),
    data(id, " it is"),
    answer(id, [["grpc-status", "0"]], true),
  );
  await stream.over;
  assertEquals(stream.told, ["onHeaders", "onData", "onTrailers", "onEnd"]);
  assertEquals([stream.content, stream.trailers], ["so it is", [["grpc-status", "0"]]]);
  assertEquals([both.connection.streams, both.connection.isOpen], [0, true]);
});

Deno.test("Http2Connection sends equal requests alike, with identifiers of their own", async () => {
  await using both = await connected();
  for (const id of [1, 3, 5, 7]) {
    const stream = both.request();
    assertEquals((await both.peer.request()).id, id);
    const sent = await both.peer.next(FRAME.data);
    assertEquals([sent.id, sent.flags, [...sent.payload]], [id, FLAG.endStream, [...BODY]]);
    await both.peer.send(answer(id, OK, true));
    await stream.over;
    assertEquals(stream.told, ["onHeaders", "onEnd"]);
  }
});

Deno.test("Http2Connection takes interim answers, padding, priority, CONTINUATION and frames of unknown types", async () => {
  await using both = await connected();
  const stream = both.request();
  const { id } = await both.peer.request();
  const block = encodeHeaders([[":status", "200"], ["x", "y".repeat(40)]]);
  const padded = Uint8Array.of(3, 0, 0, 0, 0, 200, ...block.subarray(0, 9), 0, 0, 0);
  await both.peer.send(
    answer(id, [[":status", "103"], ["link", "a"]]),
    frame(0xbe, 0xff, id, new Uint8Array(3)),
    frame(FRAME.headers, FLAG.padded | FLAG.priority, id, padded),
    frame(FRAME.continuation, 0, id, block.subarray(9, 20)),
    frame(FRAME.continuation, FLAG.endHeaders, id, block.subarray(20)),
    frame(FRAME.priority, 0, id, new Uint8Array(5)),
    frame(FRAME.data, FLAG.padded, id, Uint8Array.of(2, 104, 105, 0, 0)),
    frame(FRAME.data, FLAG.endStream, id, new Uint8Array(0)),
  );
  await stream.over;
  assertEquals(stream.told, ["onInformational", "onHeaders", "onData", "onEnd"]);
  assertEquals([stream.informational[0]?.[0]?.[1], stream.headers[1]?.[1]?.length, stream.content], [
    "103",
    40,
    "hi",
  ]);
});

Deno.test("Http2Connection answers a PING with its own bytes, and measures one", async () => {
  await using both = await connected();
  const opaque = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  await both.peer.send(pingFrame(opaque, false));
  const answered = await both.peer.next(FRAME.ping);
  assertEquals([answered.flags, answered.payload], [FLAG.ack, opaque]);
  const roundTrip = both.connection.ping();
  await both.peer.send(pingFrame((await both.peer.next(FRAME.ping)).payload, true));
  assert(await roundTrip >= 0);
});

Deno.test("Http2Connection tells a reset by the peer, and that REFUSED_STREAM was not processed", async () => {
  await using both = await connected();
  const [first, second] = [both.request(), both.request()];
  await both.peer.send(rstStreamFrame(1, ERROR.refusedStream), rstStreamFrame(3, ERROR.internalError));
  await Promise.all([first.over, second.over]);
  assertEquals(first.resetAs, {
    code: ERROR.refusedStream,
    by: "peer",
    wasProcessed: false,
    why: "RST_STREAM",
  });
  assertEquals(second.resetAs?.wasProcessed, true);
  assert(both.connection.isOpen);
});

Deno.test("Http2Connection keeps to GOAWAY: later streams were not processed, earlier ones go on, then it ends", async () => {
  await using both = await connected();
  const [first, second] = [both.request(), both.request()];
  await both.peer.send(goawayFrame(1, ERROR.noError, "bye"));
  await second.over;
  assertEquals(second.resetAs, {
    code: 0,
    by: "connection",
    wasProcessed: false,
    why: "GOAWAY NO_ERROR: bye",
  });
  assertEquals([both.connection.isOpen, first.ends], [false, 0]);
  assertEquals(both.connection.request(new RecordedStream(), HEAD), false);
  await both.peer.send(answer(1, OK, true));
  await first.over;
  assertEquals(first.told, ["onHeaders", "onEnd"]);
  assertEquals(await both.connection.ended, { code: 0, by: "peer", why: "GOAWAY NO_ERROR bye" });
});

Deno.test("Http2Connection ends its streams when the peer goes, with the code of an earlier GOAWAY", async () => {
  await using both = await connected();
  const stream = both.request();
  await both.peer.request();
  await both.peer.send(
    goawayFrame(1, ERROR.enhanceYourCalm, "too many"),
    pingFrame(new Uint8Array(8), false),
  );
  await both.peer.next(FRAME.ping);
  both.peer.close();
  await stream.over;
  assertEquals([stream.resetAs?.code, stream.resetAs?.by, stream.resetAs?.wasProcessed], [
    11,
    "connection",
    true,
  ]);
  assertEquals((await both.connection.ended).by, "peer");
});

Deno.test("Http2Connection cancels a stream, tells it nothing more and ignores what still comes", async () => {
  await using both = await connected();
  const [first, second] = [both.request(), both.request()];
  both.connection.cancel(first);
  both.connection.flush();
  const reset = await both.peer.next(FRAME.rstStream);
  assertEquals([reset.id, reset.payload[3]], [1, ERROR.cancel]);
  // Its head changes the decoder's table, which the next one relies on.
  await both.peer.send(
    headersFrames(1, Uint8Array.of(0x88, 0x40, 1, 97, 1, 98), false),
    data(1, "late"),
    rstStreamFrame(1, ERROR.noError),
    headersFrames(3, Uint8Array.of(0x88, 0xbe), true),
  );
  await second.over;
  assertEquals(second.headers, [[":status", "200"], ["a", "b"]]);
  assertEquals([first.told, both.connection.streams], [[], 0]);
});

Deno.test("Http2Connection.close waits for what is open, takes nothing new, and says GOAWAY", async () => {
  await using both = await connected();
  const stream = both.request();
  const closed = both.connection.close();
  assertEquals(both.connection.isOpen, false);
  await both.peer.send(answer(1, OK, true));
  await closed;
  assertEquals(stream.told, ["onHeaders", "onEnd"]);
  assertEquals((await both.peer.next(FRAME.goaway)).payload[7], ERROR.noError);
  await both.peer.ended;
});

Deno.test("Http2Connection.destroy ends streams that are open, queued and not yet written, each once", async () => {
  await using both = await connected(settingsFrame([[SETTING.maxConcurrentStreams, 2]]));
  const open = both.request();
  await both.peer.request();
  const others = [new RecordedStream(), new RecordedStream()];
  for (const stream of others) both.connection.request(stream, HEAD, BODY);
  assertEquals(both.connection.streams, 3);
  both.connection.destroy("enough");
  assertEquals([open.resetAs?.wasProcessed, ...others.map(({ resetAs }) => resetAs?.wasProcessed)], [
    true,
    false,
    false,
  ]);
  assertEquals([open, ...others].map(({ ends }) => ends), [1, 1, 1]);
  assertEquals(await both.connection.ended, { code: -1, by: "us", why: "enough" });
});

Deno.test("Http2Connection uses identifiers up to the last one, and then takes no more requests", async () => {
  await using both = await connected(undefined, { firstStreamId: 0x7fffffff - 2 });
  const streams = [both.request(), both.request()];
  assertEquals(both.connection.request(new RecordedStream(), HEAD), false);
  for (const id of [0x7fffffff - 2, 0x7fffffff]) {
    assertEquals((await both.peer.request()).id, id);
    await both.peer.send(answer(id, OK, true));
  }
  await Promise.all(streams.map(({ over }) => over));
  assertEquals(streams.map(({ told }) => told.length), [2, 2]);
});

Deno.test("Http2Connection.ready rejects when the peer ends before its SETTINGS", async () => {
  await using both = await connected(new Uint8Array(0));
  both.peer.close();
  await assertRejects(() => both.connection.ready, Error, "it must be open");
});
