import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { blackhole } from "./toxics/blackhole.ts";
import type { LinkConnection } from "./connection.ts";
import { cutAfter } from "./toxics/cut_after.ts";
import { latency } from "./toxics/latency.ts";
import { probeConnect } from "./probe.ts";
import { refuse } from "./toxics/refuse.ts";
import { reset } from "./toxics/reset.ts";
import { sever } from "./toxics/sever.ts";
import { slice } from "./toxics/slice.ts";
import { everywhere } from "./testing/everywhere.ts";
import { caller, linkedEcho, until } from "./testing/linked_echo.ts";
import type { Direction, LinkControl, Shaper } from "./toxic.ts";

everywhere("latency holds each answer, is witnessed only once bytes passed, and heals", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await call.echoMs();
  const armed = await echo.link.arm(latency({ delayMs: 40 }));
  assertEquals(await armed.witness(), { witnessed: false, detail: "no bytes passed since the delay began" });
  const slowMs = await call.echoMs();
  assert(slowMs >= 39, `echo took ${slowMs} ms`);
  assertEquals((await armed.witness()).witnessed, true);
  await armed.heal();
  const quickMs = Math.min(await call.echoMs(), await call.echoMs(), await call.echoMs());
  assert(quickMs < 20, `echo took ${quickMs} ms after healing`);
});

everywhere("latency of both directions holds a round trip twice", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await echo.link.arm(latency({ delayMs: 25, direction: "both" }));
  const slowMs = await call.echoMs();
  assert(slowMs >= 49, `echo took ${slowMs} ms`);
});

Deno.test("latency jitters within its bounds, by a stream of each seed, link, connection and direction", async () => {
  const delays = async (seed: number, name: string, ordinal: number, direction: Direction) => {
    let shaper: Shaper | undefined;
    const control = {
      seed,
      name,
      faultName: "f",
      shape: (given: Shaper) => (shaper = given, () => {}),
    } as unknown as LinkControl;
    await latency({ delayMs: 20, jitterMs: 5, direction: "both" }).arm(control);
    const connection = { ordinal } as LinkConnection;
    return Array.from({ length: 50 }, () => shaper?.dueT?.(connection, direction, 1, 0) ?? NaN);
  };
  const first = await delays(1, "l", 1, "up");
  assert(first.every((delayMs) => delayMs >= 15 && delayMs <= 25), `${first}`);
  assert(Math.max(...first) - Math.min(...first) > 5, `${first}`);
  assertEquals(await delays(1, "l", 1, "up"), first);
  for (
    const other of [
      await delays(2, "l", 1, "up"),
      await delays(1, "m", 1, "up"),
      await delays(1, "l", 2, "up"),
      await delays(1, "l", 1, "down"),
    ]
  ) assert(other[0] !== first[0] && other[1] !== first[1], `${other} and ${first}`);
});

everywhere(
  "blackhole keeps connections while bytes stop, and healing delivers them in order",
  async (host) => {
    await using echo = await linkedEcho(host);
    using call = await caller(echo.link);
    await call.echoMs();
    for (const direction of ["up", "down", "both"] as const) {
      const armed = await echo.link.arm(blackhole(direction));
      assertEquals((await armed.witness()).witnessed, false, "nothing was sent yet");
      const stopped = direction === "down" ? "down" : "up";
      const before = (await echo.link.books())[stopped];
      await call.send();
      await until(echo.link, (books) => books[stopped].bytesIn > before.bytesIn);
      assertEquals((await echo.link.books())[stopped].bytesOut, before.bytesOut);
      const seen = await armed.witness();
      assertEquals(seen.witnessed, true, seen.detail);
      assertEquals((await echo.link.books()).connections, 1);
      await call.send();
      await armed.heal();
      const last = await call.read() ?? 0;
      assertEquals(await call.read(), last + 1);
    }
  },
);

everywhere("blackhole takes new connections and lets nothing through, not even their end", async (host) => {
  await using echo = await linkedEcho(host);
  const armed = await echo.link.arm(blackhole("both"));
  using call = await caller(echo.link);
  await call.send();
  await call.connection.closeWrite();
  await until(echo.link, (books) => books.up.bytesIn === 1);
  assertEquals((await echo.link.books()).connections, 1);
  await armed.heal();
  assertEquals(await call.read(), 1);
  assertEquals(await call.read(), null);
});

everywhere(
  "refuse makes the kernel refuse new connections, leaves open ones, and opens the same port again",
  async (host) => {
    await using echo = await linkedEcho(host);
    using call = await caller(echo.link);
    await call.echoMs();
    const armed = await echo.link.arm(refuse());
    await assertRejects(() => caller(echo.link), Deno.errors.ConnectionRefused);
    await call.echoMs();
    const seen = await armed.witness();
    assertEquals(seen.witnessed, true);
    assertMatch(seen.detail, /ECONNREFUSED/);
    await armed.heal();
    assertEquals(await armed.witness(), {
      witnessed: false,
      detail: `a probe that connects to ${echo.link.address} gets connected`,
    });
    using again = await caller(echo.link);
    await again.echoMs();
  },
);

everywhere("two refusals at once: the port opens when both are healed", async (host) => {
  await using echo = await linkedEcho(host);
  const [one, other] = await Promise.all([echo.link.arm(refuse()), echo.link.arm(refuse())]);
  await one.heal();
  await one.heal();
  assertEquals((await probeConnect(echo.link.address)).outcome, "ECONNREFUSED");
  await other.heal();
  assertEquals((await probeConnect(echo.link.address)).outcome, "connected");
});

everywhere("reset sends a real RST on open connections, and new ones live", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await call.echoMs();
  const armed = await echo.link.arm(reset());
  await assertRejects(() => call.read(), Deno.errors.ConnectionReset);
  const seen = await armed.witness();
  assertEquals(seen.witnessed, true, seen.detail);
  assertMatch(seen.detail, /saw ECONNRESET; 1 other connections were reset/);
  using next = await caller(echo.link);
  await next.echoMs();
  await armed.heal();
  await next.echoMs();
});

everywhere("reset is not witnessed when no connection but the probe was there", async (host) => {
  await using echo = await linkedEcho(host);
  const armed = await echo.link.arm(reset());
  const seen = await armed.witness();
  assertEquals(seen.witnessed, false, seen.detail);
  assertMatch(seen.detail, /saw ECONNRESET; 0 other/);
});

everywhere("ongoing reset strikes new connections until it is healed", async (host) => {
  await using echo = await linkedEcho(host);
  const armed = await echo.link.arm(reset({ ongoing: true }));
  using struck = await caller(echo.link);
  await struck.send();
  await assertRejects(() => struck.read(), Deno.errors.ConnectionReset);
  assertEquals((await armed.witness()).witnessed, true);
  await armed.heal();
  using next = await caller(echo.link);
  await next.echoMs();
});

everywhere("sever resets open connections and refuses new ones until it is healed", async (host) => {
  await using echo = await linkedEcho(host);
  using call = await caller(echo.link);
  await call.echoMs();
  const armed = await echo.link.arm(sever());
  await assertRejects(() => call.read(), Deno.errors.ConnectionReset);
  await assertRejects(() => caller(echo.link), Deno.errors.ConnectionRefused);
  const seen = await armed.witness();
  assertEquals(seen.witnessed, true, seen.detail);
  await armed.heal();
  using next = await caller(echo.link);
  await next.echoMs();
});

everywhere(
  "cutAfter ends each connection after exactly so many bytes, and is witnessed then",
  async (host) => {
    await using echo = await linkedEcho(host);
    using old = await caller(echo.link);
    await old.echoMs();
    const armed = await echo.link.arm(cutAfter({ bytes: 3 }));
    assertEquals((await armed.witness()).witnessed, false);
    for (const call of [old, await caller(echo.link)]) {
      await call.connection.write(new Uint8Array([9, 9, 9, 9, 9]));
      const got: (number | null)[] = [];
      for (let byte = await call.read(); byte !== null; byte = await call.read()) got.push(byte);
      assertEquals(got, [9, 9, 9]);
      if (call !== old) call.connection.close();
    }
    const seen = await armed.witness();
    assertEquals(seen.witnessed, true);
    assertMatch(seen.detail, /^2 connections were cut with exactly 3 bytes/);
    await armed.heal();
    using next = await caller(echo.link);
    for (let count = 0; count < 5; count++) await next.echoMs();
  },
);

everywhere("slice writes no more than so many bytes at once", async (host) => {
  await using echo = await linkedEcho(host);
  const armed = await echo.link.arm(slice(2));
  assertEquals((await armed.witness()).witnessed, false);
  using call = await caller(echo.link);
  await call.connection.write(new Uint8Array([1, 2, 3, 4, 5]));
  for (const byte of [1, 2, 3, 4, 5]) assertEquals(await call.read(), byte);
  assertEquals((await armed.witness()).witnessed, true);
  assertEquals(
    (await echo.link.books()).transits.filter((transit) => transit.direction === "up").map((transit) =>
      transit.bytes
    ),
    [2, 2, 1],
  );
  assertThrows(() => slice(0), RangeError, "at least 1: current value is 0");
});

everywhere(
  "toxics add up: two latencies hold for the sum, and healing one leaves the other",
  async (host) => {
    await using echo = await linkedEcho(host);
    using call = await caller(echo.link);
    const first = await echo.link.arm(latency({ delayMs: 20 }));
    await echo.link.arm(latency({ delayMs: 30 }));
    const bothMs = await call.echoMs();
    assert(bothMs >= 49, `echo took ${bothMs} ms`);
    await first.heal();
    const oneMs = await call.echoMs();
    assert(oneMs >= 29, `echo took ${oneMs} ms`);
  },
);
