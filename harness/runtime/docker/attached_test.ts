import { assert, assertEquals, assertRejects } from "@std/assert";
import net from "node:net";
import { attachedOf } from "./attached.ts";

/** Two ends of a connection on loopback. */
async function connection(): Promise<{ near: net.Socket; far: net.Socket } & Disposable> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<net.Socket>((resolve) => server.once("connection", resolve));
  const near = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  const far = await accepted;
  const closed = new Promise((resolve) => server.close(resolve));
  return {
    near,
    far,
    [Symbol.dispose]: () => {
      near.destroy();
      far.destroy();
      void closed;
    },
  };
}

function frame(stream: number, text: string | Uint8Array): Uint8Array {
  const content = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const bytes = new Uint8Array(8 + content.length);
  bytes[0] = stream;
  new DataView(bytes.buffer).setUint32(4, content.length);
  bytes.set(content, 8);
  return bytes;
}

Deno.test("attachedOf gives each stream its own bytes and ends both when the connection does", async () => {
  using pair = await connection();
  const attached = attachedOf(pair.near);
  pair.far.write(frame(1, "out"));
  pair.far.write(frame(2, "err"));
  pair.far.end(frame(1, "put"));
  const [stdout, stderr] = await Promise.all(
    [attached.stdout, attached.stderr].map((stream) => new Response(stream).text()),
  );
  assertEquals({ stdout, stderr }, { stdout: "output", stderr: "err" });
  await attached.ended;
  await assertRejects(() => attached.write("late"), Error, "it has ended");
});

Deno.test("attachedOf writes to standard input as it is", async () => {
  using pair = await connection();
  const attached = attachedOf(pair.near);
  const received = new Promise((resolve) => pair.far.once("data", (bytes) => resolve(String(bytes))));
  await attached.write("order\n");
  assertEquals(await received, "order\n");
  attached.close();
  await attached.ended;
});

Deno.test("attachedOf holds the program back while nobody reads, and loses nothing", async () => {
  using pair = await connection();
  const attached = attachedOf(pair.near);
  const megabyte = frame(1, new Uint8Array(1024 * 1024));
  let written = 0;
  const writing = (async () => {
    for (; written < 64; written++) {
      if (!pair.far.write(megabyte)) await new Promise((resolve) => pair.far.once("drain", resolve));
    }
    pair.far.end();
  })();
  // The writer stands still long before the end, since the buffers on the way are smaller than what it writes.
  for (let before = -1; before !== written;) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(written < 64, `all of ${written} MB were taken in while nobody read`);
  let bytes = 0;
  for await (const chunk of attached.stdout) bytes += chunk.length;
  await writing;
  assertEquals(bytes, 64 * 1024 * 1024);
});

Deno.test("attachedOf ends also when the connection breaks", async () => {
  using pair = await connection();
  const attached = attachedOf(pair.near);
  pair.far.resetAndDestroy();
  await attached.ended;
  assertEquals(await new Response(attached.stdout).text(), "");
});
