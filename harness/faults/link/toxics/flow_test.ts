/** Toxics that hold, cut and drop bytes, as seen over sockets. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { everywhere } from "../testing/everywhere.ts";
import { caller, linkedEcho, until } from "../testing/linked_echo.ts";
import {
  bandwidth,
  blackhole,
  clog,
  corrupt,
  halfClose,
  latency,
  reset,
  slice,
  slowClose,
  timeout,
} from "../mod.ts";

/** Sends bytes and gives what comes back up to the same length, and how long it took. */
async function echoed(call: Awaited<ReturnType<typeof caller>>, sent: Uint8Array) {
  const beganT = performance.now();
  let offset = 0;
  while (offset < sent.length) offset += await call.connection.write(sent.subarray(offset));
  const got: number[] = [];
  const buffer = new Uint8Array(65536);
  while (got.length < sent.length) {
    const count = await call.connection.read(buffer);
    if (count === null) break;
    got.push(...buffer.subarray(0, count));
  }
  return { got: new Uint8Array(got), tookMs: performance.now() - beganT };
}

const text = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);

everywhere(
  "bandwidth passes bytes no faster than asked, and is witnessed by pieces that waited",
  async (host) => {
    await using echo = await linkedEcho(host);
    using call = await caller(echo.link);
    const armed = await echo.link.arm(bandwidth({ bytesPerSecond: 100_000, burstBytes: 1000 }));
    assertEquals((await armed.witness()).witnessed, false);
    const sent = text(11_000);
    const { got, tookMs } = await echoed(call, sent);
    assertEquals(got, sent);
    assert(tookMs >= 95, `10 kB beyond the burst took ${tookMs} ms`);
    const seen = await armed.witness();
    assertEquals(seen.witnessed, true, seen.detail);
    assertThrows(() => bandwidth({ bytesPerSecond: -1 }), RangeError, "current values are -1");
  },
);

everywhere("bandwidth of 0 passes nothing until it is healed", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  const armed = await echo.link.arm(bandwidth({ bytesPerSecond: 0 }));
  await call.send();
  await until(echo.link, (books) => books.down.bytesIn === 1);
  assertEquals((await echo.link.books()).down.bytesOut, 0);
  assertEquals((await armed.witness()).witnessed, true);
  await armed.heal();
  assertEquals(await call.read(), 1);
});

everywhere("timeout drops bytes but passes ends, and what was dropped stays lost", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  const armed = await echo.link.arm(timeout({ afterMs: 0 }));
  assertEquals((await armed.witness()).witnessed, false);
  await call.send();
  await until(echo.link, (books) => books.down.bytesIn === 1);
  assertEquals((await armed.witness()).witnessed, true);
  await armed.heal();
  await call.send();
  assertEquals(await call.read(), 2);
  await echo.link.arm(timeout({ afterMs: 0 }));
  await call.connection.closeWrite();
  assertEquals(await call.read(), null);
});

everywhere("timeout closes open and new connections in order after its time", async (host) => {
  await using echo = await linkedEcho(host);
  using old = await caller(echo.link);
  await old.echoMs();
  const armed = await echo.link.arm(timeout({ afterMs: 20 }));
  using fresh = await caller(echo.link);
  for (const call of [old, fresh]) assertEquals(await call.read(), null);
  assertMatch((await armed.witness()).detail, /2 connections were closed/);
  assertEquals((await echo.link.books()).hits[armed.name]?.connections, 2);
});

everywhere("slowClose holds the end alone", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  const armed = await echo.link.arm(slowClose({ delayMs: 40 }));
  await call.echoMs();
  const beganT = performance.now();
  await call.connection.closeWrite();
  assertEquals(await call.read(), null);
  const tookMs = performance.now() - beganT;
  assert(tookMs >= 39, `the end took ${tookMs} ms`);
  await until(echo.link, (books) => books.connections === 0);
  const seen = await armed.witness();
  assertEquals(seen.witnessed, true, seen.detail);
});

everywhere("halfClose ends one direction after exactly so many bytes, the other goes on", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  const armed = await echo.link.arm(halfClose({ afterBytes: 3 }));
  assertEquals((await armed.witness()).witnessed, false);
  await call.connection.write(text(5));
  assertEquals(await call.rest(), text(3));
  await call.send();
  await until(echo.link, (books) => books.up.bytesOut === 6);
  assertEquals((await armed.witness()).witnessed, true);
  assertEquals((await echo.link.books()).connections, 1);
});

everywhere("halfClose at once ends a silent connection, too", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await call.echoMs();
  const armed = await echo.link.arm(halfClose());
  assertEquals(await call.read(), null);
  assertEquals((await armed.witness()).witnessed, true);
});

everywhere("clog lets go of all that has gathered at once", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await call.echoMs();
  const armed = await echo.link.arm(clog({ holdMs: 60 }));
  const beganT = performance.now();
  await call.send();
  await until(echo.link, (books) => books.down.bytesIn === 2);
  await call.send();
  assertEquals([await call.read(), await call.read()], [2, 3]);
  assert(performance.now() - beganT >= 59);
  const { transits } = await echo.link.books();
  const [first, second] = transits;
  assert(first !== undefined && second !== undefined);
  assert(second.readT > first.readT && second.writtenT - first.writtenT < second.readT - first.readT + 60);
  assertEquals((await armed.witness()).witnessed, true);
});

everywhere("corrupt flips exactly the bits that it tells, and spares the rest", async (host) => {
  await using echo = await linkedEcho(host, { seed: 5 });
  using call = await caller(echo.link);
  const armed = await echo.link.arm(corrupt({ byteShare: 0.01 }));
  const sent = text(10_000);
  const { got } = await echoed(call, sent);
  await armed.heal();
  const { hits } = await echo.link.books();
  const strikes = hits[armed.name]?.strikes ?? 0;
  assert(strikes > 50 && strikes < 200, `${strikes} of 10,000 bytes`);
  await until(echo.link, () => echo.recorder.of("fault.hit").length === strikes);
  const expected = sent.slice();
  for (const { detail } of echo.recorder.of("fault.hit")) {
    const [, bit, place] = /^flipped bit (\d) of byte (\d+)$/.exec(detail) ?? [];
    expected[Number(place)] = (expected[Number(place)] ?? 0) ^ (1 << Number(bit));
  }
  assertEquals(got, expected);
});

everywhere("slice varies its pieces by the seed and keeps them apart", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  const armed = await echo.link.arm(
    slice({ maxBytes: 10, variationBytes: 5, delayMs: 3, direction: "down" }),
  );
  const { got, tookMs } = await echoed(call, text(100));
  assertEquals(got, text(100));
  const { transits } = await echo.link.books();
  const lengths = transits.map(({ bytes }) => bytes);
  assert(lengths.every((length) => length <= 15) && new Set(lengths).size > 2, `${lengths}`);
  assert(tookMs >= 3 * (lengths.length - 1) - 1, `${lengths.length} pieces took ${tookMs} ms`);
  assertEquals((await armed.witness()).witnessed, true);
});

everywhere("reset after a time and after bytes, on new connections, too", async (host) => {
  await using echo = await linkedEcho(host);
  for (const when of [{ afterMs: 15 }, { afterBytes: 1 }]) {
    using old = await caller(echo.link);
    const armed = await echo.link.arm(reset({ ongoing: true, ...when }));
    using fresh = await caller(echo.link);
    for (const call of [old, fresh]) {
      // Whatever comes first meets the RST: sending, where the time is up, or reading what may pass before it.
      const error = await call.send().then(call.rest).then(() => undefined, (thrown: unknown) => thrown);
      assert(error instanceof Deno.errors.ConnectionReset, `${JSON.stringify(when)}: ${error}`);
    }
    const seen = await armed.witness();
    assertEquals(seen.witnessed, true, seen.detail);
    assertMatch(seen.detail, /; 2 other/);
    await armed.heal();
  }
});

everywhere("a link that is opened with toxics has them from its first connection on", async (host) => {
  await using echo = await linkedEcho(host, {
    toxics: [{ toxic: blackhole("down"), name: "hole" }, { toxic: reset({ ongoing: true }) }, {
      toxic: latency({ delayMs: 1 }),
    }],
  });
  const [hole, struck] = echo.link.armed;
  assert(hole !== undefined && struck !== undefined);
  assertEquals(echo.link.armed.map(({ name }) => name), [
    "hole",
    `${echo.link.name}/reset`,
    `${echo.link.name}/latency`,
  ]);
  using call = await caller(echo.link);
  await call.send();
  const error = await call.rest().then(() => undefined, (thrown: unknown) => thrown);
  assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
  const seen = await struck.witness();
  assertEquals(seen.witnessed, true, seen.detail);
  await struck.heal();
  using next = await caller(echo.link);
  await next.send();
  await until(echo.link, (books) => books.down.bytesIn === 1);
  assertEquals((await echo.link.books()).down.bytesOut, 0);
  await hole.heal();
  assertEquals(await next.read(), 1);
});
