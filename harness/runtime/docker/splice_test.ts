import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type net from "node:net";
import { splice } from "./splice.ts";
import { connectTo, serverOf } from "./testing/sockets.ts";
import { END_FRAME, RESET_FRAME } from "./tunnel_frames.ts";

/** Both ends of a connection: who dialled, and what the server got. */
async function pair() {
  const taken = Promise.withResolvers<net.Socket>();
  const server = await serverOf((socket) => taken.resolve(socket));
  const dialled = await connectTo(server.address);
  return {
    dialled,
    accepted: await taken.promise,
    async [Symbol.asyncDispose]() {
      dialled.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What is heard on a socket until so many bytes are there. */
function heard(socket: net.Socket, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve) =>
    socket.on("data", (piece: Buffer) => {
      pieces.push(piece);
      const all = Buffer.concat(pieces);
      if (all.length >= bytes) resolve(all);
    })
  );
}

Deno.test("splice passes on an end of the plain side that came before it", async () => {
  await using plain = await pair();
  await using framed = await pair();
  const ended = new Promise((resolve) => plain.accepted.once("end", resolve));
  plain.dialled.end();
  await ended;
  splice(plain.accepted, framed.accepted);
  assertEquals(await heard(framed.dialled, END_FRAME.length), Buffer.from(END_FRAME));
});

Deno.test("splice resets the plain side when the framed one ended before it", async () => {
  await using plain = await pair();
  await using framed = await pair();
  const ended = new Promise((resolve) => framed.accepted.once("end", resolve));
  framed.dialled.end();
  await ended;
  const reset = new Promise<Error & { code?: string }>((resolve) => {
    plain.dialled.removeAllListeners("error");
    plain.dialled.once("error", resolve);
  });
  plain.dialled.resume();
  splice(plain.accepted, framed.accepted);
  assertEquals((await reset).code, "ECONNRESET");
  assertEquals(await heard(framed.dialled, RESET_FRAME.length), Buffer.from(RESET_FRAME));
});
