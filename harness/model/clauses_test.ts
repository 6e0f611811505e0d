import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ClauseFamily, core, FAMILIES } from "./clause.ts";
import { clauseById, CLAUSES } from "./clauses.ts";

/** How many clauses the specification has in each family: one that is lost or added by accident shows here. */
const COUNTS: Readonly<Record<ClauseFamily, number>> = {
  RTE: 14,
  CFG: 10,
  DSC: 17,
  BRK: 13,
  RTY: 11,
  LIM: 3,
  TMO: 4,
  SEC: 12,
  OBS: 19,
  GTW: 7,
  SID: 4,
  EVT: 6,
  SYS: 5,
};

Deno.test("CLAUSES holds 125 clauses, numbered from 1 without a gap in each family, families in order", () => {
  const expected = Object.keys(FAMILIES).flatMap((family) =>
    Array.from(
      { length: COUNTS[family as ClauseFamily] },
      (_, index) => `${family}-${String(index + 1).padStart(2, "0")}`,
    )
  );
  assertEquals(CLAUSES.map(({ id }) => id), expected);
  assertEquals(CLAUSES.length, 125);
});

Deno.test("CLAUSES has 101 core and 24 extended clauses", () => {
  const count = (level: string) => CLAUSES.filter((clause) => clause.level === level).length;
  assertEquals([count("core"), count("extended"), count("graded")], [101, 24, 0]);
});

Deno.test("CLAUSES says of every clause what is promised and whose promise it is", () => {
  for (const { id, family, sentence, source } of CLAUSES) {
    assertEquals(family, id.slice(0, 3));
    assert(/^[A-Z`{].{20,}\.$/.test(sentence), `${id}: ${sentence}`);
    assert(source.length >= 6, `${id}: ${source}`);
  }
});

Deno.test("CLAUSES lets bare services keep a trace, and nothing that takes a breaker, a route or a certificate", () => {
  assertEquals(clauseById("OBS-01").needsMesh, false);
  for (const family of ["BRK", "RTY", "LIM", "SEC", "CFG", "GTW", "SID"]) {
    const bare = CLAUSES.filter((clause) => clause.family === family && !clause.needsMesh);
    assertEquals(bare, [], family);
  }
});

Deno.test("clauseById finds a clause", () => {
  const clause = clauseById("RTY-01");
  assertEquals([clause.id, clause.level, clause.needsMesh], ["RTY-01", "core", true]);
});

Deno.test("clauseById says which ids there are when it finds none", () => {
  assertThrows(() => clauseById("RTY-99"), RangeError, "the family has RTY-01 to RTY-11");
  assertThrows(() => clauseById("RYT-01"), RangeError, "did you mean RTE-01?");
  assertThrows(() => clauseById("nonsense"), RangeError, "`meshproof list` shows them all");
});

Deno.test("core refuses an id of no family", () => {
  assertThrows(() => core("XYZ-01", "A promise.", "nobody"), RangeError, "begins with one of RTE, CFG");
});
