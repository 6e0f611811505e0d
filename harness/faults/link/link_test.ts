import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { eventually } from "../../runtime/testing/test_runtime.ts";
import type { ArmedFault } from "../fault.ts";
import { latency } from "./toxics/latency.ts";
import { openLink } from "./link.ts";
import { slice } from "./toxics/slice.ts";
import { everywhere, linkName } from "./testing/everywhere.ts";

/** A TCP server that sends back what it gets. */
function echoServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) connection.readable.pipeTo(connection.writable).catch(() => {});
  })();
  return { address: `127.0.0.1:${listener.addr.port}`, [Symbol.dispose]: () => listener.close() };
}

function dial(address: string): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: Number(address.split(":")[1]) });
}

/** Sends the pieces, ends its side, and reads until the peer has ended, too. */
async function roundTrip(address: string, pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const connection = await dial(address);
  const sending = (async () => {
    for (const piece of pieces) {
      for (let offset = 0; offset < piece.length;) offset += await connection.write(piece.subarray(offset));
    }
    await connection.closeWrite();
  })();
  const received: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
    received.push(buffer.slice(0, n));
  }
  await sending;
  connection.close();
  return join(received);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  pieces.reduce((offset, piece) => (joined.set(piece, offset), offset + piece.length), 0);
  return joined;
}

everywhere("a link passes bytes and ends both ways, and counts them", async (host) => {
  using server = echoServer();
  await using link = await host.open({
    name: linkName(),
    target: server.address,
    recorder: memoryRecorder(),
  });
  const big = crypto.getRandomValues(new Uint8Array(65536));
  const pieces = Array.from({ length: 64 }, () => big);
  const back = await roundTrip(link.address, pieces);
  assertEquals(back.length, 64 * 65536);
  assert(back.every((byte, index) => byte === big[index % 65536]), "bytes differ");
  const books = await link.books();
  assertEquals(books.up, { bytesIn: back.length, bytesOut: back.length });
  assertEquals(books.down, { bytesIn: back.length, bytesOut: back.length });
  assertEquals([books.accepted, books.connections], [1, 0]);
  assertEquals(books.ended[0]?.cause, "ended by both sides");
});

everywhere(
  "property: bytes through a link with latency and slicing arrive in order and complete",
  async (host) => {
    using server = echoServer();
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.nat({ max: 4 }),
        fc.nat({ max: 4 }),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(),
        async (sent, delayMs, jitterMs, maxBytes, seed) => {
          await using link = await host.open({
            name: linkName(),
            target: server.address,
            recorder: memoryRecorder(),
            seed,
          });
          await link.arm(latency({ delayMs, jitterMs, direction: "both" }));
          const sliced = await link.arm(slice(maxBytes));
          assertEquals(await roundTrip(link.address, sent), join(sent));
          assertEquals((await sliced.witness()).witnessed, sent.length > 0);
        },
      ),
      { numRuns: 40 },
    );
  },
);

everywhere("a toxic that is healed under load loses and reorders nothing", async (host) => {
  using server = echoServer();
  await using link = await host.open({
    name: linkName(),
    target: server.address,
    recorder: memoryRecorder(),
  });
  const pieces = Array.from({ length: 200 }, (_, index) => new Uint8Array(5000).fill(index));
  const trip = roundTrip(link.address, pieces);
  for (let round = 0; round < 20; round++) {
    const armed = await link.arm(latency({ delayMs: 2, jitterMs: 2, direction: "both" }));
    await new Promise((resolve) => setImmediate(resolve));
    await armed.heal();
  }
  assertEquals(await trip, join(pieces));
});

everywhere(
  "arming and healing while a slow receiver holds the fast path back loses and reorders nothing",
  async (host) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const target = `127.0.0.1:${listener.addr.port}`;
    await using link = await host.open({ name: linkName(), target, recorder: memoryRecorder() });
    const near = await dial(link.address);
    using far = await listener.accept();
    listener.close();
    // More than all the buffers on the way: the link is in the middle of a write when the toxic comes.
    const sent = Uint8Array.from({ length: 24 << 20 }, (_, index) => (index * 31 + (index >> 13)) & 255);
    const sending = (async () => {
      for (let offset = 0; offset < sent.length;) offset += await near.write(sent.subarray(offset));
      near.close();
    })();
    let seen = -1;
    await eventually("the sender to be stopped", async () => {
      const { up } = await link.books();
      const isStill = up.bytesIn > 0 && up.bytesIn === seen;
      seen = up.bytesIn;
      return isStill;
    });
    const received = new Uint8Array(sent.length + 1);
    let length = 0;
    let armed: ArmedFault | undefined;
    for (let reads = 0;; reads++) {
      const count = await far.read(received.subarray(length));
      if (count === null) break;
      length += count;
      if (reads % 3 > 0) continue;
      await armed?.heal();
      armed = armed === undefined ? await link.arm(slice(3000)) : undefined;
    }
    await sending;
    assertEquals(length, sent.length);
    assert(sent.every((byte, index) => byte === received[index]), "bytes differ");
  },
);

everywhere(
  "a link to a dead target resets its callers, notes it once a streak, and works when the target is back",
  async (host) => {
    const held = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    held.close();
    const recorder = memoryRecorder();
    const name = linkName();
    await using link = await host.open({ name, target: `127.0.0.1:${held.addr.port}`, recorder });
    for (let attempt = 0; attempt < 3; attempt++) {
      // The reset may come before the caller has seen that it was connected.
      await assertRejects(async () => {
        using connection = await dial(link.address);
        while (await connection.read(new Uint8Array(1)) !== null);
      }, Deno.errors.ConnectionReset);
    }
    assertEquals((await link.books()).targetFailures, 3);
    await eventually("the note", () => recorder.of("note").length > 0);
    assertEquals(recorder.of("note").length, 1);
    assertMatch(
      recorder.of("note")[0]?.text ?? "",
      /link link \d+: target 127\.0\.0\.1:\d+ did not take a connection/,
    );

    using server = echoServer();
    await link.retarget(server.address);
    assertEquals(await roundTrip(link.address, [new Uint8Array([1, 2])]), new Uint8Array([1, 2]));
  },
);

everywhere("a link passes a reset of one side on to the other", async (host) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using link = await host.open({
    name: linkName(),
    target: `127.0.0.1:${listener.addr.port}`,
    recorder: memoryRecorder(),
  });
  const { default: net } = await import("node:net");
  const client = net.connect(Number(link.address.split(":")[1]), "127.0.0.1");
  client.on("error", () => {});
  const far = await listener.accept();
  client.write("x");
  assertEquals(await far.read(new Uint8Array(8)), 1);
  client.resetAndDestroy();
  await assertRejects(() => far.read(new Uint8Array(8)), Deno.errors.ConnectionReset);
  far.close();
  listener.close();
});

Deno.test("Link.close heals, stops listening and ends open connections; openLink refuses a bad target", async () => {
  using server = echoServer();
  const link = await openLink({ name: "l", target: server.address, recorder: memoryRecorder() });
  const connection = await dial(link.address);
  await connection.write(new Uint8Array([7]));
  assertEquals(await connection.read(new Uint8Array(1)), 1);
  await link.arm(latency({ delayMs: 1 }));
  await link.close();
  await link.close();
  await assertRejects(() => connection.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  connection.close();
  await assertRejects(() => dial(link.address), Deno.errors.ConnectionRefused);
  await assertRejects(
    () => openLink({ name: "l", target: "nowhere", recorder: memoryRecorder() }),
    TypeError,
    'not host:port: current value is "nowhere"',
  );
});
