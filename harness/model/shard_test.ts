import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareIds, shareOf } from "./shard.ts";

interface Item {
  readonly id: string;
  readonly seconds: number;
}

function shares(items: readonly Item[], count: number): (readonly Item[])[] {
  return Array.from(
    { length: count },
    (_, index) => shareOf(items, { index: index + 1, count }, ({ id }) => id, ({ seconds }) => seconds),
  );
}

const catalogues = fc.uniqueArray(fc.record({ id: fc.string(), seconds: fc.integer({ min: 0, max: 20 }) }), {
  selector: ({ id }) => id,
  maxLength: 30,
});
const counts = fc.integer({ min: 1, max: 8 });

Deno.test("shareOf puts every item into exactly one share, whatever the times, and keeps the order given", () => {
  fc.assert(fc.property(catalogues, counts, (items, count) => {
    const all = shares(items, count);
    assertEquals(all.flat().map(({ id }) => id).sort(), items.map(({ id }) => id).sort());
    for (const share of all) assertEquals(share, items.filter((item) => share.includes(item)));
  }));
});

Deno.test("shareOf leaves no share empty while there is an item for each, though some take no time", () => {
  fc.assert(fc.property(catalogues, counts, (items, count) => {
    fc.pre(items.length >= count);
    for (const share of shares(items, count)) assert(share.length > 0);
  }));
});

Deno.test("shareOf balances: the busiest share is ahead of the idlest by no more than one item's time", () => {
  fc.assert(fc.property(catalogues, counts, (items, count) => {
    const loads = shares(items, count).map((share) => share.reduce((sum, { seconds }) => sum + seconds, 0));
    const longest = Math.max(0, ...items.map(({ seconds }) => seconds));
    assert(Math.max(...loads) - Math.min(...loads) <= longest, `${loads.join()} of items up to ${longest}`);
  }));
});

Deno.test("shareOf splits by time and not by number", () => {
  const items = [["a", 1], ["b", 9], ["c", 1], ["d", 1], ["e", 6], ["f", 1]] as const;
  const split = shares(items.map(([id, seconds]) => ({ id, seconds })), 2);
  assertEquals(split.map((share) => share.map(({ id }) => id).join("")), ["bf", "acde"]);
});

Deno.test("shareOf gives the same shares in whatever order the items come", () => {
  fc.assert(fc.property(catalogues, counts, (items, count) => {
    const sorted = (each: (readonly Item[])[]) => each.map((share) => share.map(({ id }) => id).sort());
    assertEquals(sorted(shares(items.toReversed(), count)), sorted(shares(items, count)));
  }));
});

Deno.test("compareIds orders by code units, upper case and digits before lower case", () => {
  assertEquals(["b/a", "a_b", "a/b", "B", "a"].sort(compareIds), ["B", "a", "a/b", "a_b", "b/a"]);
  assertEquals(compareIds("a", "a"), 0);
});
