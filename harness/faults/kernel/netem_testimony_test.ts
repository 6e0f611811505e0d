import { assertEquals, assertMatch } from "@std/assert";
import type { NetemEffects, NetemLook } from "./netem.ts";
import { weighNetem } from "./netem_testimony.ts";

const BEFORE: NetemLook = {
  sent: undefined,
  received: { duplicates: 4, outOfOrder: 2 },
  roundTripMs: 0.5,
};

function look(other: Partial<NetemLook> & { drops?: number } = {}): NetemLook {
  const { drops = 0, ...rest } = other;
  const sent = { kind: "netem", handle: "4d51:", bytes: 1, packets: 1, drops, overlimits: 0, backlog: 0 };
  return { ...BEFORE, sent, ...rest };
}

/** Each effect, what shows it, and what does not. */
const EFFECTS: readonly [NetemEffects, NetemLook, NetemLook][] = [
  [{ delayMs: 50 }, look({ roundTripMs: 50.7 }), look({ roundTripMs: 12 })],
  [{ delayMs: 50, jitterMs: 20 }, look({ roundTripMs: 31 }), look({ roundTripMs: 20 })],
  [{ delayMs: 50 }, look({ roundTripMs: 50.7 }), look({ roundTripMs: undefined })],
  [{ lossShare: 0.1 }, look({ drops: 1 }), look()],
  [{ duplicateShare: 0.1 }, look({ received: { duplicates: 5, outOfOrder: 2 } }), look()],
  [
    { delayMs: 50, reorderShare: 0.1 },
    look({ roundTripMs: 51, received: { duplicates: 4, outOfOrder: 3 } }),
    look({ roundTripMs: 51 }),
  ],
];

for (const [effects, seen, unseen] of EFFECTS) {
  Deno.test(`weighNetem of ${JSON.stringify(effects)} sees it where it shows, and does not where it does not`, () => {
    assertEquals(weighNetem(effects, BEFORE, seen).witnessed, true);
    assertEquals(weighNetem(effects, BEFORE, unseen).witnessed, false);
  });
}

Deno.test("weighNetem wants every effect seen that was asked for", () => {
  const seen = weighNetem({ delayMs: 50, lossShare: 0.1 }, BEFORE, look({ roundTripMs: 51 }));
  assertEquals(seen.witnessed, false);
  assertMatch(seen.detail, /grew by 50\.5 ms; the kernel lost 0 packets/);
});
