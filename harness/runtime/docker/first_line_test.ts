import { assertEquals, assertRejects } from "@std/assert";
import type { Socket } from "node:net";
import { firstLine, FirstLineError } from "./first_line.ts";
import { connectTo, readText, serverOf } from "./testing/sockets.ts";

/** Both ends of a connection. */
async function pair() {
  const taken = Promise.withResolvers<Socket>();
  const server = await serverOf((socket) => taken.resolve(socket));
  const near = await connectTo(server.address);
  return {
    near,
    far: await taken.promise,
    async [Symbol.asyncDispose]() {
      near.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("firstLine joins a line that comes in pieces, and leaves what follows for others", async () => {
  await using both = await pair();
  const line = firstLine(both.near, 100, 5_000);
  for (const piece of ["zw", "ölf Gr", "ad\nand ", "more"]) {
    both.far.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(await line, "zwölf Grad");
  const rest = readText(both.near, 8);
  both.near.resume();
  assertEquals(await rest, "and more");
});

Deno.test("firstLine refuses what is too long, too late, cut off or reset, and destroys the socket", async () => {
  const refused = async (what: string, act: (far: Socket) => void, limitMs = 5_000) => {
    await using both = await pair();
    const line = firstLine(both.near, 10, limitMs);
    act(both.far);
    await assertRejects(() => line, FirstLineError, `a line of at most 10 bytes, found ${what}`);
    assertEquals(both.near.destroyed, true);
    await assertRejects(
      () => firstLine(both.near, 10, 10),
      FirstLineError,
      "the end of the connection after 0",
    );
  };
  await refused("more", (far) => void far.write("x".repeat(11)));
  await refused("more", (far) => void far.write("x".repeat(11) + "\n"));
  await refused("none within 20 ms", () => {}, 20);
  await refused("the end of the connection after 3 bytes", (far) => void far.end("abc"));
  await refused("read ECONNRESET", (far) => void far.resetAndDestroy());
});
