/** Whatever toxics are stacked, and however bytes are cut: nothing is duplicated, reordered or made up. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HARNESS_LINKS } from "../host.ts";
import {
  bandwidth,
  clog,
  corrupt,
  cutAfter,
  halfClose,
  latency,
  reset,
  slice,
  slowClose,
  timeout,
  type Toxic,
} from "../mod.ts";
import { caller, linkedEcho } from "../testing/linked_echo.ts";

const direction = fc.constantFrom("up" as const, "down" as const, "both" as const);
const small = fc.nat({ max: 3 });
const toxic: fc.Arbitrary<Toxic> = fc.oneof(
  fc.record({
    delayMs: small,
    jitterMs: small,
    direction,
    distribution: fc.constantFrom("uniform" as const, "normal" as const, "pareto" as const),
    correlation: fc.constantFrom(0, 0.9),
  }).map(latency),
  fc.record({ bytesPerSecond: fc.integer({ min: 500_000, max: 5_000_000 }), direction }).map(bandwidth),
  fc.record({ maxBytes: fc.integer({ min: 400, max: 900 }), variationBytes: fc.nat({ max: 399 }), direction })
    .map(slice),
  fc.record({ holdMs: small, direction }).map(clog),
  fc.record({ delayMs: small, direction }).map(slowClose),
  fc.record({ byteShare: fc.constantFrom(0.001, 0.02), direction: fc.constant("down" as const) }).map(
    corrupt,
  ),
);
const ending: fc.Arbitrary<Toxic> = fc.oneof(
  fc.record({ bytes: fc.nat({ max: 9000 }), direction }).map(cutAfter),
  fc.record({ afterBytes: fc.integer({ min: 1, max: 9000 }), direction }).map(halfClose),
  fc.record({ afterBytes: fc.nat({ max: 9000 }), ongoing: fc.constant(true) }).map(reset),
  fc.record({ afterMs: fc.integer({ min: 1, max: 5 }), direction }).map(timeout),
);
const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { minLength: 1, maxLength: 6 });

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What a link with these toxics echoes, and what its hits say was changed. */
async function echoOf(toxics: readonly Toxic[], sent: readonly Uint8Array[], seed: number) {
  const named = toxics.map((each, index) => ({ toxic: each, name: `${index}` }));
  await using echo = await linkedEcho(HARNESS_LINKS, { name: "stack", seed, toxics: named });
  using call = await caller(echo.link);
  const sending = (async () => {
    for (const piece of sent) {
      for (let offset = 0; offset < piece.length;) {
        offset += await call.connection.write(piece.subarray(offset));
      }
    }
    await call.connection.closeWrite();
    // A link that cuts or resets takes no more.
  })().catch(() => {});
  const received: number[] = [];
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await call.connection.read(buffer); n !== null; n = await call.connection.read(buffer)) {
      received.push(...buffer.subarray(0, n));
    }
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
  }
  await sending;
  const expected = join(sent);
  for (const { detail } of echo.recorder.of("fault.hit")) {
    const [, bit, place] = /^flipped bit (\d) of byte (\d+)$/.exec(detail) ?? [];
    if (place !== undefined) expected[Number(place)] = (expected[Number(place)] ?? 0) ^ (1 << Number(bit));
  }
  return { received: Uint8Array.from(received), expected };
}

Deno.test("property: through any stack of toxics all bytes come in order, once, but for the bits that were told", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(toxic, { maxLength: 4 }), pieces, fc.nat(), async (toxics, sent, seed) => {
      const { received, expected } = await echoOf(toxics, sent, seed);
      assertEquals(received.length, expected.length);
      assert(received.every((byte, index) => byte === expected[index]), "bytes differ");
    }),
    { numRuns: 60 },
  );
});

Deno.test("property: through any stack with one toxic that ends connections comes a prefix", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(toxic, { maxLength: 2 }),
      ending,
      pieces,
      fc.nat(),
      async (toxics, last, sent, seed) => {
        const { received, expected } = await echoOf([...toxics, last], sent, seed);
        assert(received.length <= expected.length, `${received.length} of ${expected.length} bytes`);
        assert(received.every((byte, index) => byte === expected[index]), "bytes differ");
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("the same seed flips the same bits however the bytes are cut", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 256);
  const whole = await echoOf([corrupt({ byteShare: 0.01 })], [bytes], 9);
  const cut = Array.from({ length: 50 }, (_, index) => bytes.subarray(100 * index, 100 * index + 100));
  const sliced = await echoOf([corrupt({ byteShare: 0.01 }), slice(7)], cut, 9);
  assert(whole.received.some((byte, index) => byte !== bytes[index]));
  assertEquals(sliced.received, whole.received);
  const other = await echoOf([corrupt({ byteShare: 0.01 })], [bytes], 10);
  assert(other.received.some((byte, index) => byte !== whole.received[index]));
});
