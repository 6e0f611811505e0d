import { assert, assertEquals } from "@std/assert";
import { pause } from "./pause.ts";

Deno.test("pause lasts as long as it is told to", async () => {
  const begin = performance.now();
  await pause(20);
  assert(performance.now() - begin >= 19);
});

Deno.test("pause ends when its signal is aborted, and leaves no timer behind", async () => {
  const stop = new AbortController();
  const paused = pause(60_000, stop.signal);
  stop.abort();
  assertEquals(await paused, undefined);
});

Deno.test("pause is none when the signal was aborted before, or no time is asked for", async () => {
  await pause(60_000, AbortSignal.abort());
  await pause(-1);
});
