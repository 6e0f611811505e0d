import { assert, assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_SEED, seedOf, selectionOf, shardOf, wholeNumber } from "./options.ts";
import { UsageError } from "./exit.ts";

Deno.test("wholeNumber reads digits and nothing else", () => {
  assertEquals(wholeNumber("--repeat", "3", 1), 3);
  for (const text of ["", "x", "-1", "1.5", "1e3", " 1", "0x10", "99999999999999999999"]) {
    assertThrows(() => wholeNumber("--repeat", text), UsageError, `found "${text}"`);
  }
  assertThrows(
    () => wholeNumber("--repeat", "0", 1),
    UsageError,
    "--repeat 0: expected a whole number of at least 1",
  );
});

Deno.test("shardOf reads i/n and refuses shares that there are not", () => {
  assertEquals(shardOf("2/4"), { index: 2, count: 4 });
  for (const text of ["0/2", "3/2", "1", "/", "1/0", "a/b", "1/2/3", "-1/2", "1/99999999999999999999"]) {
    assertThrows(() => shardOf(text), UsageError, `--shard ${text}`);
  }
});

Deno.test("seedOf is the same for runs that name none, and draws one when asked", () => {
  assertEquals(seedOf(undefined), DEFAULT_SEED);
  assertEquals(seedOf("42"), 42);
  const drawn = new Set(Array.from({ length: 8 }, () => seedOf("random")));
  assert(drawn.size > 1, [...drawn].join(", "));
});

Deno.test("seedOf refuses to draw one for a share, whose seed is that of the others", () => {
  assertEquals([seedOf("42", "1/2"), seedOf(undefined, "1/2")], [42, DEFAULT_SEED]);
  assertThrows(
    () => seedOf("random", "1/2"),
    UsageError,
    "--seed random: expected a number beside --shard 1/2",
  );
});

Deno.test("selectionOf leaves out what was not asked for", () => {
  assertEquals(selectionOf({}), {});
  assertEquals(selectionOf({ scenario: "a/*", clause: "RTE-*", shard: "1/2", scenarios: "mine" }), {
    scenario: "a/*",
    clause: "RTE-*",
    shard: { index: 1, count: 2 },
  });
});
