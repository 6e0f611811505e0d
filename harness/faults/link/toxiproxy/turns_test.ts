import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "./turns.ts";

Deno.test("take runs the work of one key one after the other, in the order given", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const work = (name: string, until?: Promise<void>) => async () => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
    return name;
  };
  const all = [turns.take("a", work("one", first.promise)), turns.take("a", work("two"))];
  assertEquals(await turns.take("b", work("other")), "other");
  assertEquals(log, ["one begins", "other begins", "other ends"]);
  let isIdle = false;
  const idle = turns.idle().then(() => isIdle = true);
  await Promise.resolve();
  assertEquals(isIdle, false);
  first.resolve();
  assertEquals(await Promise.all(all), ["one", "two"]);
  assertEquals(log.slice(3), ["one ends", "two begins", "two ends"]);
  await idle;
});

Deno.test("take goes on after work that threw, and hands its error to whoever gave it", async () => {
  const turns = new Turns();
  const broken = turns.take("a", () => Promise.reject(new RangeError("broken")));
  const next = turns.take("a", () => "next");
  await assertRejects(() => broken, RangeError, "broken");
  assertEquals(await next, "next");
});
