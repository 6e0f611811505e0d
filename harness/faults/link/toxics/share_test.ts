/** Which connections are hit: by a seeded share, told on the history, the same for the same seed. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { everywhere } from "../testing/everywhere.ts";
import { caller, linkedEcho, until } from "../testing/linked_echo.ts";
import { HARNESS_LINKS } from "../host.ts";
import { latency, slice } from "../mod.ts";

/** Ordinals of those of 30 connections that a toxic on a share of them has hit. */
async function struck(host: typeof HARNESS_LINKS, seed: number, name: string): Promise<readonly number[]> {
  await using echo = await linkedEcho(host, { seed, name });
  const armed = await echo.link.arm(slice({ maxBytes: 4, share: 0.4 }), "some");
  for (let ordinal = 1; ordinal <= 30; ordinal++) {
    using call = await caller(echo.link);
    await call.echoMs();
  }
  const hits = (await echo.link.books()).hits["some"];
  await until(echo.link, () => echo.recorder.of("fault.hit").length === hits?.strikes);
  const events = echo.recorder.of("fault.hit");
  assert(events.every((event) => event.fault === "some" && event.link === name && event.source === "fault"));
  assertEquals(hits?.connections, events.length);
  assertEquals(hits?.bytes, 2 * events.length);
  await armed.heal();
  return events.map(({ connection }) => connection);
}

everywhere("the same seed strikes the same ordinals, another one others", async (host) => {
  const name = `shared ${host === HARNESS_LINKS}`;
  const first = await struck(host, 1, name);
  assert(first.length >= 4 && first.length <= 22, `${first}`);
  assertEquals(await struck(host, 1, name), first);
  assert(`${await struck(host, 2, name)}` !== `${first}`);
});

Deno.test("a share that is none is refused", async () => {
  await using echo = await linkedEcho(HARNESS_LINKS);
  await assertRejects(
    () => echo.link.arm(latency({ delayMs: 1, share: 1.5 })),
    RangeError,
    "its share must be between 0 and 1: current value is 1.5",
  );
});
