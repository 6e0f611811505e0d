import { assert, assertEquals, assertRejects } from "@std/assert";
import { closedLoop, constantRate } from "./plan/call_plan.ts";
import { drive } from "./driver.ts";

const now = () => performance.now();
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("drive holds a closed loop at its concurrency and keeps results in order", async () => {
  const driven = await drive(
    async (index) => {
      await turn();
      return index * 2;
    },
    closedLoop(3, 20),
    { now },
  );
  assertEquals(driven.results, Array.from({ length: 20 }, (_, index) => index * 2));
  assertEquals(driven.maxInFlight, 3);
});

Deno.test("drive starts open calls on time though none is answered", async () => {
  const release = Promise.withResolvers<void>();
  const planned: number[] = [];
  const started: number[] = [];
  const driven = drive(
    async (index, plannedT) => {
      planned.push(plannedT);
      started.push(now());
      if (index === 19) release.resolve();
      await release.promise;
      return index;
    },
    constantRate(200, 20),
    { now },
  );
  const { results, maxInFlight } = await driven;
  assertEquals(results.length, 20);
  assertEquals(maxInFlight, 20);
  for (const [index, t] of started.entries()) {
    assert(t >= (planned[index] ?? Infinity) - 0.001, "started before due");
  }
  const spanMs = (planned[19] ?? 0) - (planned[0] ?? 0);
  assert(Math.abs(spanMs - 95) < 0.001, `planned over ${spanMs} ms`);
});

Deno.test("drive reports how late a call was started", async () => {
  const driven = await drive(
    (index) => {
      if (index === 0) { for (const endT = now() + 60; now() < endT;); // hold the event loop
       }
      return Promise.resolve(index);
    },
    constantRate(100, 4),
    { now },
  );
  assert(driven.maxStartLagMs >= 40, `lag ${driven.maxStartLagMs} ms`);
});

Deno.test("drive stops at its signal and still awaits what is in flight", async () => {
  const abort = new AbortController();
  let ended = 0;
  const driven = await drive(
    async (index) => {
      if (index === 4) abort.abort();
      await turn();
      ended++;
      return index;
    },
    constantRate(1000),
    { now, signal: abort.signal },
  );
  assertEquals(driven.results, [0, 1, 2, 3, 4]);
  assertEquals(ended, 5);
});

Deno.test("drive rejects with the first failure once calls in flight have ended", async () => {
  let ended = 0;
  await assertRejects(
    () =>
      drive(
        async (index) => {
          await turn();
          ended++;
          if (index === 1) throw new Error("call 1 broke");
          return index;
        },
        closedLoop(4, 100),
        { now },
      ),
    Error,
    "call 1 broke",
  );
  assert(ended >= 4 && ended <= 8, `${ended} calls ended`);
});

Deno.test("drive refuses to pile up calls without bound", async () => {
  const abort = new AbortController();
  await assertRejects(
    () =>
      drive(
        (index) =>
          new Promise<number>((resolve) => {
            setTimeout(() => resolve(index), 50);
          }),
        constantRate(1000, 100),
        { now, signal: abort.signal, maxInFlight: 5 },
      ),
    RangeError,
    "must stay below 5",
  );
});
