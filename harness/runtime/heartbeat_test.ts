import { assertEquals } from "@std/assert";
import { startHeartbeat } from "./heartbeat.ts";

/** The heart keeps no process alive; the tests' own process must stay for it. */
async function staying(body: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => undefined, 60_000);
  try {
    await body();
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("startHeartbeat writes a line again and again, and closes the pipe when it is disposed of", () =>
  staying(async () => {
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const heartbeat = startHeartbeat(pipe.writable, 1);
    const reader = pipe.readable.getReader();
    const decoder = new TextDecoder();
    for (let beat = 0; beat < 3; beat++) {
      assertEquals(decoder.decode((await reader.read()).value), "beat\n");
    }
    const disposed = heartbeat[Symbol.asyncDispose]();
    // One beat may be on its way yet.
    let last = await reader.read();
    while (!last.done) last = await reader.read();
    await disposed;
  }));

Deno.test("startHeartbeat lets no beats pile up in front of an end that does not read", () =>
  staying(async () => {
    let writes = 0;
    const looks = Promise.withResolvers<void>();
    const pipe = new WritableStream<Uint8Array>({
      write: () => {
        writes++;
        return looks.promise;
      },
    });
    const heartbeat = startHeartbeat(pipe, 1);
    // Timers fire in order, so twenty of these are later than many intervals of the heart.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(writes, 1);
    looks.resolve();
    await heartbeat[Symbol.asyncDispose]();
  }));

Deno.test("startHeartbeat stops, without an error, when nobody reads any more", () =>
  staying(async () => {
    let writes = 0;
    const gone = Promise.withResolvers<void>();
    const pipe = new WritableStream<Uint8Array>({
      write: () => {
        writes++;
        gone.resolve();
        throw new Deno.errors.BrokenPipe("nobody reads");
      },
    });
    const heartbeat = startHeartbeat(pipe, 1);
    await gone.promise;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(writes, 1);
    await heartbeat[Symbol.asyncDispose]();
  }));
