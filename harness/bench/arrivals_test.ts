import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { planLag, readArrivals } from "./arrivals.ts";

async function withFile(bytes: Uint8Array, body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "meshproof-test-" });
  try {
    await Deno.writeFile(path, bytes);
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

function bytesOf(...nanoseconds: bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(nanoseconds.length * 8));
  nanoseconds.forEach((each, index) => view.setBigInt64(index * 8, each, true));
  return new Uint8Array(view.buffer);
}

Deno.test("readArrivals gives milliseconds since the first, sorted, exact to the nanosecond", async () => {
  const base = 1_795_474_030_648_509_244n;
  await withFile(bytesOf(base + 2_000_001n, base, base + 1_000_000n), async (path) => {
    assertEquals([...await readArrivals(path)], [0, 1, 2.000001]);
  });
});

Deno.test("readArrivals refuses a file that is empty or torn", async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(12)]) {
    await withFile(bytes, async (path) => {
      await assertRejects(() => readArrivals(path), Error, `current length is ${bytes.length}`);
    });
  }
});

/** When each of so many requests arrives, of 1000 a second; `late` says by how many ms. */
function arrivals(count: number, late: (index: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => index + late(index));
}

Deno.test("planLag of arrivals on time is nothing", () => {
  const lag = planLag(arrivals(3_000, () => 0), 1_000);
  assertEquals([lag.p50Ms, lag.p99Ms, lag.achievedShare], [0, 0, 1]);
});

Deno.test("planLag sees a burst after a pause, of which the generator itself knows nothing", () => {
  // All that is due for 100 ms after 1.5 s is sent at their end.
  const lag = planLag(arrivals(2_000, (index) => index >= 1_500 && index < 1_600 ? 1_600 - index : 0), 1_000);
  assertEquals(lag.p50Ms, 0);
  // Of the thousand that count, ten are later than 90 ms.
  assertAlmostEquals(lag.p99Ms, 90, 1e-9);
});

Deno.test("planLag leaves out the first second, but is not deceived by a first request that is late", () => {
  const first = planLag(arrivals(3_000, (index) => index < 40 ? 40 - index : 0), 1_000);
  assertEquals([first.p50Ms, first.p99Ms], [0, 0]);
  // From the first arrival, everything after it would be early.
  const ever = planLag(arrivals(3_000, (index) => index === 0 ? 0 : index === 1 ? -0.5 : 7), 1_000);
  assertEquals([ever.p50Ms, ever.p99Ms], [7.5, 7.5]);
});

Deno.test("planLag grows for a generator that is too slow, and tells what it achieved", () => {
  const lag = planLag(arrivals(2_001, (index) => index * 0.25), 1_000);
  assertAlmostEquals(lag.achievedShare, 0.8, 1e-9);
  assertAlmostEquals(lag.p99Ms, 0.25 * 1_990, 1);
  assertThrows(
    () => planLag(arrivals(1_001, () => 0), 1_000),
    RangeError,
    "after the first 1000: found 1001",
  );
});
