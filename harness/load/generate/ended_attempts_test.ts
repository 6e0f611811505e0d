import { assertEquals } from "@std/assert";
import { OUTCOME } from "../attempt.ts";
import { EndedAttempts } from "./ended_attempts.ts";
import { rememberingSink } from "./testing/remembering_sink.ts";

Deno.test("EndedAttempts passes every end on, counts it and tells of it", () => {
  const sink = rememberingSink();
  const ended = new EndedAttempts(sink);
  let told = 0;
  ended.onEnd = () => told++;
  ended.add(0, 1, 2, 3, 4, OUTCOME.status, 14, 5);
  ended.skip(1, 6, OUTCOME.shed);
  assertEquals([ended.ended, ended.unsent, told], [2, 1, 2]);
  assertEquals(sink.outcomes, [OUTCOME.status, OUTCOME.shed]);
  assertEquals(sink.rows[0], [0, 1, 2, 3, 4, OUTCOME.status, 14, 5]);
});

Deno.test("EndedAttempts is awaited until enough have ended, or the signal", async () => {
  const ended = new EndedAttempts(rememberingSink());
  await ended.until(0);
  const both = ended.until(2);
  ended.skip(0, 0, OUTCOME.cancelled);
  ended.skip(1, 0, OUTCOME.cancelled);
  await both;
  await ended.until(2);
  const stop = new AbortController();
  const never = ended.until(3, stop.signal);
  stop.abort();
  await never;
  await ended.until(3, stop.signal);
  assertEquals(ended.ended, 2);
});
