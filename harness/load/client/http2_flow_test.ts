import { assertEquals } from "@std/assert";
import { ERROR, FLAG, FRAME, SETTING, settingsFrame, windowUpdateFrame } from "../../wire/frame.ts";
import { connected, HEAD } from "./testing/connected.ts";
import { RecordedStream } from "./testing/recorded_stream.ts";
import { answer, data, type ScriptedPeer } from "./testing/scripted_peer.ts";

/** Reads DATA until so many bytes have come. */
async function content(peer: ScriptedPeer, totalBytes: number): Promise<{ sizes: number[]; isEnd: boolean }> {
  const sizes: number[] = [];
  let isEnd = false;
  for (let bytes = 0; bytes < totalBytes;) {
    const { payload, flags } = await peer.next(FRAME.data);
    sizes.push(payload.length);
    bytes += payload.length;
    isEnd = (flags & FLAG.endStream) !== 0;
  }
  return { sizes, isEnd };
}

Deno.test("Http2Connection cuts content by the peer's frame size and stops at its windows", async () => {
  await using both = await connected(settingsFrame([[SETTING.initialWindowSize, 40_000]]));
  const stream = both.request(new Uint8Array(100_000));
  assertEquals(await content(both.peer, 40_000), { sizes: [16_384, 16_384, 7232], isEnd: false });
  await both.peer.send(windowUpdateFrame(1, 60_000));
  // Now the connection's own window of 65535 is the limit.
  assertEquals(await content(both.peer, 25_535), { sizes: [16_384, 9151], isEnd: false });
  await both.peer.send(windowUpdateFrame(0, 1 << 20));
  assertEquals(await content(both.peer, 34_465), { sizes: [16_384, 16_384, 1697], isEnd: true });
  await both.peer.send(answer(1, [[":status", "200"]], true));
  await stream.over;
  assertEquals(stream.told, ["onHeaders", "onEnd"]);
});

Deno.test("Http2Connection applies a change of the initial window to open streams, also below zero", async () => {
  await using both = await connected(settingsFrame([[SETTING.initialWindowSize, 100]]));
  both.request(new Uint8Array(150));
  assertEquals(await content(both.peer, 100), { sizes: [100], isEnd: false });
  await both.peer.send(settingsFrame([[SETTING.initialWindowSize, 20]])); // the stream's window is now -80
  await both.peer.send(windowUpdateFrame(1, 90));
  assertEquals(await content(both.peer, 10), { sizes: [10], isEnd: false });
  await both.peer.send(settingsFrame([[SETTING.initialWindowSize, 1000]]));
  assertEquals(await content(both.peer, 40), { sizes: [40], isEnd: true });
});

Deno.test("Http2Connection shares the connection's window among streams, a frame each in turn", async () => {
  await using both = await connected(settingsFrame([[SETTING.initialWindowSize, 1 << 20]]));
  both.request(new Uint8Array(65_535));
  assertEquals((await content(both.peer, 65_535)).isEnd, true);
  both.request(new Uint8Array(40_000));
  both.request(new Uint8Array(40_000));
  await both.peer.request();
  await both.peer.request();
  await both.peer.send(windowUpdateFrame(0, 4 * 16_384));
  const ids: number[] = [];
  for (let count = 0; count < 4; count++) ids.push((await both.peer.next(FRAME.data)).id);
  assertEquals(ids, [3, 5, 3, 5]);
});

Deno.test("Http2Connection queues requests beyond MAX_CONCURRENT_STREAMS and begins them in order", async () => {
  await using both = await connected(settingsFrame([[SETTING.maxConcurrentStreams, 1]]));
  const streams = [both.request(), both.request(), both.request(), both.request()];
  both.connection.cancel(streams[1]!);
  assertEquals(both.connection.streams, 3);
  for (const [id, stream] of [[1, streams[0]!], [3, streams[2]!], [5, streams[3]!]] as const) {
    assertEquals((await both.peer.request()).id, id);
    await both.peer.send(answer(id, [[":status", "200"]], true));
    await stream.over;
  }
  assertEquals(streams.map(({ ends }) => ends), [1, 0, 1, 1]);
  assertEquals(streams.map(({ sentT }) => Number.isNaN(sentT)), [false, true, false, false]);
});

Deno.test("Http2Connection begins what is queued when the peer raises its limit", async () => {
  await using both = await connected(settingsFrame([[SETTING.maxConcurrentStreams, 0]]));
  both.request();
  assertEquals(both.connection.streams, 1);
  await both.peer.send(settingsFrame([[SETTING.maxConcurrentStreams, 5]]));
  assertEquals((await both.peer.request()).id, 1);
});

Deno.test("Http2Connection sends content in pieces, tells when more can come, and half-closes without content", async () => {
  await using both = await connected();
  const stream = new RecordedStream();
  both.connection.request(stream, HEAD, undefined, false);
  both.connection.sendData(stream, new TextEncoder().encode("one"), false);
  both.connection.flush();
  assertEquals((await both.peer.next(FRAME.headers)).flags, FLAG.endHeaders);
  const first = await both.peer.next(FRAME.data);
  assertEquals([first.flags, new TextDecoder().decode(first.payload)], [0, "one"]);
  assertEquals(stream.told, ["onDrain"]);
  both.connection.sendData(stream, new Uint8Array(0), true);
  both.connection.flush();
  const last = await both.peer.next(FRAME.data);
  assertEquals([last.flags, last.payload.length], [FLAG.endStream, 0]);
});

Deno.test("Http2Connection resets its half of a stream that the peer has answered early", async () => {
  await using both = await connected();
  const stream = new RecordedStream();
  both.connection.request(stream, HEAD, undefined, false);
  both.connection.flush();
  await both.peer.request();
  await both.peer.send(answer(1, [[":status", "413"]], true));
  const reset = await both.peer.next(FRAME.rstStream);
  assertEquals([reset.id, reset.payload[3]], [1, ERROR.noError]);
  await stream.over;
  assertEquals([stream.told, both.connection.streams], [["onHeaders", "onEnd"], 0]);
});

Deno.test("Http2Connection gives credit back in lumps of half a window, for stream and connection", async () => {
  await using both = await connected(undefined, {
    streamWindowBytes: 65_535,
    connectionWindowBytes: 100_000,
  });
  await both.peer.next(FRAME.windowUpdate); // that of the beginning
  const stream = both.request();
  const piece = new Uint8Array(16_000);
  await both.peer.send(answer(1, [[":status", "200"]]), data(1, piece), data(1, piece), data(1, piece));
  const onStream = await both.peer.next(FRAME.windowUpdate);
  assertEquals([onStream.id, new DataView(onStream.payload.buffer).getUint32(0)], [1, 48_000]);
  await both.peer.send(data(1, piece, true));
  const onConnection = await both.peer.next(FRAME.windowUpdate);
  assertEquals([onConnection.id, new DataView(onConnection.payload.buffer).getUint32(0)], [0, 64_000]);
  await stream.over;
  assertEquals(stream.contentBytes, 64_000);
});

Deno.test("Http2Connection tells a peer with a smaller header table that ours is empty, once", async () => {
  await using both = await connected(settingsFrame([[SETTING.headerTableSize, 0]]));
  const first = both.request();
  assertEquals((await both.peer.next(FRAME.headers)).payload[0], 0x20);
  const second = both.request();
  assertEquals((await both.peer.next(FRAME.headers)).payload, HEAD);
  await both.peer.send(answer(1, [[":status", "200"]], true), answer(3, [[":status", "200"]], true));
  await Promise.all([first.over, second.over]);
});
