import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import net from "node:net";
import * as grpc from "../grpc.ts";
import { eventually } from "../testing/test_runtime.ts";
import { connectTo, echoServer, readAll, readText, serverOf } from "./testing/sockets.ts";
import { openTestRelay, openTestTunnel, type TestTunnel } from "./testing/tunnelled_relay.ts";
import { Tunnel, TunnelError } from "./tunnel.ts";

/** Both ways through the tunnel: from the harness into a cell, and from a cell to the harness. */
const WAYS = {
  reach: ({ tunnel }: TestTunnel, address: string) => tunnel.reach(address),
  expose: async ({ tunnel }: TestTunnel, address: string) => `127.0.0.1:${await tunnel.expose(address)}`,
};

for (const [way, through] of Object.entries(WAYS)) {
  Deno.test(`Tunnel.${way} carries bytes both ways, and gives the same answer for the same address`, async () => {
    await using tunnelled = await openTestTunnel();
    await using echo = await echoServer();
    await using other = await serverOf((socket) => void socket.end("other"));
    const address = await through(tunnelled, echo.address);
    assertEquals(await through(tunnelled, echo.address), address);
    assert(await through(tunnelled, other.address) !== address);
    const caller = await connectTo(address);
    for (const word of ["one", "two", "three"]) {
      const heard = readText(caller, word.length);
      caller.write(word);
      assertEquals(await heard, word);
    }
    caller.destroy();
    const stranger = await connectTo(await through(tunnelled, other.address));
    assertEquals((await readAll(stranger)).bytes.toString(), "other");
    stranger.destroy();
  });

  Deno.test(`Tunnel.${way} keeps 100 connections at once apart`, async () => {
    await using tunnelled = await openTestTunnel();
    await using echo = await echoServer();
    const address = await through(tunnelled, echo.address);
    const heard = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
      const caller = await connectTo(address);
      const text = `${index};`.repeat(500);
      const all = readAll(caller);
      caller.end(text);
      const { bytes, ending } = await all;
      caller.destroy();
      return bytes.toString() === text ? ending : `${index} heard something else`;
    }));
    assertEquals(new Set(heard), new Set(["end"]));
    assertEquals(echo.connections.length, 100);
  });

  Deno.test(`Tunnel.${way} carries 50 MB each way at once, complete and in order`, async () => {
    await using tunnelled = await openTestTunnel();
    const [up, down] = [randomBytes(50_000_000), randomBytes(50_000_000)];
    const arrived = Promise.withResolvers<string>();
    await using server = await serverOf((socket) => {
      socket.end(down);
      void readAll(socket).then(({ bytes }) => arrived.resolve(sha256(bytes)));
    });
    const caller = await connectTo(await through(tunnelled, server.address));
    const back = readAll(caller);
    caller.end(up);
    assertEquals(await arrived.promise, sha256(up));
    const { bytes, ending } = await back;
    assertEquals([sha256(bytes), ending], [sha256(down), "end"]);
    caller.destroy();
  });

  Deno.test(`Tunnel.${way} stops a sender whose receiver does not read, and loses nothing`, async () => {
    await using tunnelled = await openTestTunnel();
    await using server = await serverOf(() => {});
    const caller = await connectTo(await through(tunnelled, server.address));
    const piece = Buffer.alloc(1 << 20, 7);
    let sent = 0;
    let isOver = false;
    const sending = (async () => {
      while (!isOver) {
        sent += piece.length;
        if (!caller.write(piece)) await new Promise((resolve) => caller.once("drain", resolve));
      }
      caller.end();
    })();
    // Nothing moves for half a second: every buffer on the way is full.
    for (let before = -1; before !== sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert(sent < 100 << 20, `${sent} bytes were taken though nobody reads`);
    isOver = true;
    const [far] = server.connections;
    assert(far !== undefined);
    let got = 0;
    far.on("data", (bytes: Buffer) => got += bytes.length);
    await new Promise((resolve) => far.on("end", resolve));
    await sending;
    assertEquals(got, sent);
    caller.destroy();
  });

  Deno.test(`Tunnel.${way} passes the end of one direction on while the other goes on`, async () => {
    await using tunnelled = await openTestTunnel();
    await using late = await serverOf((socket) => {
      void readAll(socket).then(({ bytes, ending }) => socket.end(`after ${ending}: ${bytes}`));
    });
    await using early = await serverOf((socket) => {
      socket.end("the end");
      void readAll(socket).then(({ bytes }) => heard.resolve(bytes.toString()));
    });
    const heard = Promise.withResolvers<string>();

    const asking = await connectTo(await through(tunnelled, late.address));
    const answer = readAll(asking);
    asking.end("question");
    assertEquals(String((await answer).bytes), "after end: question");

    const going = await connectTo(await through(tunnelled, early.address));
    assertEquals(String((await readAll(going)).bytes), "the end");
    going.end("still there");
    assertEquals(await heard.promise, "still there");
    asking.destroy();
    going.destroy();
  });

  Deno.test(`Tunnel.${way} passes a reset on as a reset, from either side`, async () => {
    await using tunnelled = await openTestTunnel();
    await using server = await serverOf((socket) => void socket.write("x"));
    const address = await through(tunnelled, server.address);

    const struck = await connectTo(address);
    assertEquals(await readText(struck, 1), "x");
    const seen = readAll(struck);
    server.connections[0]?.resetAndDestroy();
    assertEquals((await seen).ending, "ECONNRESET");

    const striking = await connectTo(address);
    assertEquals(await readText(striking, 1), "x");
    const far = server.connections[1];
    assert(far !== undefined);
    const end = readAll(far);
    striking.resetAndDestroy();
    assertEquals((await end).ending, "ECONNRESET");
  });

  Deno.test(`Tunnel.${way} carries gRPC: many calls at once on one connection`, async () => {
    await using tunnelled = await openTestTunnel();
    using service = await doublingService();
    const client = new grpc.Client(
      await through(tunnelled, service.address),
      grpc.credentials.createInsecure(),
    );
    const payload = randomBytes(30_000);
    const answers = await Promise.all(Array.from({ length: 200 }, () => callUnary(client, payload)));
    const wanted = sha256(Buffer.concat([payload, payload]));
    assertEquals(new Set(answers.map(sha256)), new Set([wanted]));
    client.close();
  });

  Deno.test(`Tunnel.${way} resets whoever dials a server that is not there, and works once it is`, async () => {
    await using tunnelled = await openTestTunnel();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const address = await through(tunnelled, `127.0.0.1:${port}`);
    assertEquals(await endingAt(address), "ECONNRESET");
    const back = net.createServer((socket) => void socket.end("back"));
    await new Promise<void>((resolve) => back.listen(port, "127.0.0.1", resolve));
    const caller = await connectTo(address);
    assertEquals((await readAll(caller)).bytes.toString(), "back");
    caller.destroy();
    await new Promise((resolve) => back.close(resolve));
  });

  Deno.test(`Tunnel.${way} leaves no socket in the relay once connections have ended`, async () => {
    await using tunnelled = await openTestTunnel();
    await using echo = await echoServer();
    const address = await through(tunnelled, echo.address);
    const before = await tunnelled.relay.sockets();
    const callers = await Promise.all(Array.from({ length: 40 }, () => connectTo(address)));
    await eventually(
      "all connections in the relay",
      async () => await tunnelled.relay.sockets() === before + 80,
    );
    callers.forEach((caller, index) => index % 2 === 0 ? caller.resetAndDestroy() : caller.end());
    for (const caller of callers) caller.resume();
    await eventually("no more sockets than before", async () => await tunnelled.relay.sockets() === before);
    for (const caller of callers) caller.destroy();
  });
}

Deno.test("Tunnel.knock tells how a server in the cell meets a connection", async () => {
  await using tunnelled = await openTestTunnel();
  await using talkative = await serverOf((socket) => void socket.write("hello"));
  await using silent = await serverOf(() => {});
  const { tunnel } = tunnelled;
  assertEquals(await tunnel.knock(talkative.address, 2_000), "answered");
  assertEquals(await tunnel.knock(silent.address, 30), "silent");
  await silent[Symbol.asyncDispose]();
  // A listener that is just closing may still take a connection, and reset it.
  await eventually(
    "the knock to be refused",
    async () => await tunnel.knock(silent.address, 2_000) === "ECONNREFUSED",
  );
});

Deno.test("Tunnel.open names the relay when the token is wrong or nothing listens there", async () => {
  await using relay = await openTestRelay();
  const wrong = await assertRejects(() => Tunnel.open({ relay: relay.address, token: "guess" }), TunnelError);
  assertMatch(wrong.message, /^The relay at 127\.0\.0\.1:\d+ did not answer "hello": .* this run's token$/);
  await relay.process.kill();
  await assertRejects(
    () => Tunnel.open({ relay: relay.address, token: relay.token }),
    TunnelError,
    "ECONNREFUSED",
  );
  await assertRejects(() => Tunnel.open({ relay: "nowhere", token: "t" }), TypeError, "not host:port");
});

Deno.test("the relay tells a stranger nothing, and lets go of whoever says nonsense", async () => {
  await using relay = await openTestRelay();
  const before = await relay.sockets();
  const say = async (text: string) => {
    const socket = await connectTo(relay.address);
    const all = readAll(socket);
    socket.end(text);
    const { bytes } = await all;
    socket.destroy();
    return bytes.toString();
  };
  const token = relay.token;
  assertEquals(await say('{"verb":"hello"}\n'), "");
  assertEquals(await say(`{"verb":"hello","token":"${token}x"}\n`), "");
  assertEquals(await say(`{"verb":"hello","token":["${token}"]}\n`), "");
  assertEquals(await say("GET / HTTP/1.1\r\n\r\n"), "");
  assertEquals(await say("x".repeat(100_000)), "");
  assertEquals(await say(""), "");
  assertMatch(await say(`{"verb":"fly","token":"${token}"}\n`), /"error":"EPROTO"/);
  assertMatch(await say(`{"verb":"dial","host":"","port":0,"token":"${token}"}\n`), /"error":"EPROTO"/);
  assertMatch(await say(`{"verb":"take","id":9,"token":"${token}"}\n`), /"error":"ENOENT"/);
  await eventually("no more sockets than before", async () => await relay.sockets() === before);
});

Deno.test("a relay that is killed: open connections are reset, all that is asked fails, and nothing hangs", async () => {
  await using tunnelled = await openTestTunnel();
  const { tunnel, relay } = tunnelled;
  await using echo = await echoServer();
  await using silent = await serverOf(() => {});
  const [reached, exposed] = [await tunnel.reach(echo.address), await tunnel.expose(echo.address)];
  const callers = await Promise.all([reached, `127.0.0.1:${exposed}`].map(connectTo));
  for (const caller of callers) {
    caller.write("x");
    await readText(caller, 1);
  }
  const endings = Promise.all(callers.map(async (caller) => (await readAll(caller)).ending));
  const knocking = assertRejects(() => tunnel.knock(silent.address, 60_000), TunnelError);
  await eventually("the knock", () => silent.connections.length === 1);
  await relay.process.kill();
  assertMatch((await tunnel.lost).message, /^The relay at 127\.0\.0\.1:\d+ is gone: .* run again$/);
  // The cell's own connection to the relay ends as the kernel ends those of any process that is gone.
  assertEquals(await endings, ["ECONNRESET", "end"]);
  await knocking;
  await assertRejects(() => tunnel.knock(echo.address, 1_000), TunnelError, "is gone");
  await assertRejects(() => tunnel.reach(echo.address), TunnelError, "is gone");
  await assertRejects(() => tunnel.expose(silent.address), TunnelError, "is gone");
  assertEquals(await endingAt(reached), "ECONNRESET");
});

Deno.test("behind a proxy that ends in order what broke off, a broken connection is still seen as reset", async () => {
  await using relay = await openTestRelay();
  // What Docker's proxy of published ports does: whatever happens on one side is a FIN on the other.
  await using flat = await serverOf((near) => {
    const [host = "", port] = relay.address.split(":");
    const far = net.connect({ host, port: Number(port), allowHalfOpen: true });
    far.on("error", () => near.end());
    near.on("error", () => far.end());
    near.pipe(far);
    far.pipe(near);
  });
  await using tunnel = await Tunnel.open({ relay: flat.address, token: relay.token });
  await using server = await serverOf((socket) => void socket.write("x"));
  const reached = await tunnel.reach(server.address);
  const [first, second] = [await connectTo(reached), await connectTo(reached)];
  await Promise.all([first, second].map((caller) => readText(caller, 1)));

  const [one, two] = [readAll(first), readAll(second)];
  server.connections[0]?.resetAndDestroy();
  assertEquals((await one).ending, "ECONNRESET");
  await relay.process.kill();
  assertEquals((await two).ending, "ECONNRESET");
});

Deno.test("a tunnel that is closed resets what it carries, leaves no listener, and says that it is closed", async () => {
  await using tunnelled = await openTestTunnel();
  const { tunnel, relay } = tunnelled;
  await using echo = await echoServer();
  const before = await relay.sockets();
  const [reached, exposed] = [await tunnel.reach(echo.address), await tunnel.expose(echo.address)];
  const callers = await Promise.all([reached, `127.0.0.1:${exposed}`].map(connectTo));
  for (const caller of callers) {
    caller.write("x");
    await readText(caller, 1);
  }
  const endings = callers.map(async (caller) => (await readAll(caller)).ending);
  await tunnel[Symbol.asyncDispose]();
  assertEquals(await Promise.all(endings), ["ECONNRESET", "ECONNRESET"]);
  await eventually("the relay without our sockets", async () => await relay.sockets() < before);
  for (const address of [reached, `127.0.0.1:${exposed}`]) {
    await assertRejects(() => connectTo(address), Error, "ECONNREFUSED");
  }
  await assertRejects(() => tunnel.reach(echo.address), TunnelError, "was closed");
  await tunnel[Symbol.asyncDispose]();
});

/** How a new connection ends; it may be over before it was seen to be open. */
async function endingAt(address: string): Promise<string> {
  try {
    return (await readAll(await connectTo(address))).ending;
  } catch (error) {
    return (error as Error & { code: string }).code;
  }
}

const PATH = "/test/Double";
const asIs = (bytes: Buffer) => bytes;

/** A gRPC service that answers with what it got, twice. */
async function doublingService(): Promise<{ address: string } & Disposable> {
  const server = new grpc.Server();
  const definition = {
    ...{ path: PATH, requestStream: false, responseStream: false },
    ...{
      requestSerialize: asIs,
      responseSerialize: asIs,
      requestDeserialize: asIs,
      responseDeserialize: asIs,
    },
  };
  const handle: grpc.handleUnaryCall<Buffer, Buffer> = ({ request }, reply) =>
    reply(null, Buffer.concat([request, request]));
  server.addService({ Double: definition } as grpc.ServiceDefinition, { Double: handle });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => error === null ? resolve(bound) : reject(error),
    )
  );
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.forceShutdown() };
}

function callUnary(client: grpc.Client, payload: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(
      PATH,
      asIs,
      asIs,
      payload,
      (error, answer) => answer === undefined ? reject(error) : resolve(answer),
    )
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
