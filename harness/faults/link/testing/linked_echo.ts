import { assertEquals } from "@std/assert";
import { memoryRecorder } from "../../../observe/testing/memory_recorder.ts";
import type { LinkHost } from "../host.ts";
import type { Link, LinkBooks, LinkOptions } from "../link.ts";
import { linkName } from "./everywhere.ts";

/** An echo server behind a link. */
export async function linkedEcho(host: LinkHost, options: Partial<LinkOptions> = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const connection of listener) connection.readable.pipeTo(connection.writable).catch(() => {});
  })();
  const target = `127.0.0.1:${listener.addr.port}`;
  const recorder = memoryRecorder();
  const link = await host.open({ name: linkName(), target, recorder, ...options });
  return {
    link,
    recorder,
    async [Symbol.asyncDispose]() {
      await link.close();
      listener.close();
    },
  };
}

/** A caller that sends one byte and waits for it. */
export async function caller(link: Link) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(link.address.split(":")[1]) });
  let byte = 0;
  return {
    connection,
    send: () => connection.write(new Uint8Array([++byte])),
    async read(): Promise<number | null> {
      const buffer = new Uint8Array(1);
      return await connection.read(buffer) === null ? null : buffer[0] ?? null;
    },
    /** All that comes until the end. */
    async rest(): Promise<Uint8Array> {
      const received: number[] = [];
      const buffer = new Uint8Array(65536);
      for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
        received.push(...buffer.subarray(0, n));
      }
      return new Uint8Array(received);
    },
    async echoMs(): Promise<number> {
      const beganT = performance.now();
      await this.send();
      assertEquals(await this.read(), byte);
      return performance.now() - beganT;
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** Looks into the books until they show something. */
export async function until(link: Link, holds: (books: LinkBooks) => boolean): Promise<void> {
  while (!holds(await link.books())) await new Promise((resolve) => setImmediate(resolve));
}
