import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compareIds, shareOf } from "../../model/shard.ts";
import type { Verdict } from "../../model/verdict.ts";
import { type MutantRun, mutantsReport } from "../mutants.ts";
import type { MutantsReport } from "../schema.ts";
import { mergeMutants } from "./mutants.ts";
import { MergeError, type Share } from "./shares.ts";

interface Named {
  readonly id: string;
  /** The verdict that each of its mutants gets. */
  readonly mutants: readonly Verdict[];
}

const COMMAND = "mutants --seed 7";

function runsOf({ id, mutants }: Named): MutantRun[] {
  return mutants.map((verdict, at) => ({
    mutant: { id: `${id.replace("/", "-")}-${at}`, clause: "RTE-01" },
    scenario: id,
    verdicts: [{ id: "RTE-01", verdict, expected: "", actual: `seen ${at}`, evidence: [] }],
  }));
}

/** `upsideDown`: the order in which they were run is no matter. */
function matrixOf(
  scenarios: readonly Named[],
  run: Partial<MutantsReport["run"]>,
  upsideDown = false,
): MutantsReport {
  const ran = upsideDown ? scenarios.toReversed() : scenarios;
  return mutantsReport(7, scenarios.map(({ id }) => id), ran.flatMap(runsOf), {
    ...{ id: "whole", commit: "0123456", version: "0.1.0", command: COMMAND, runtime: "process" },
    ...run,
  });
}

function sharesOf(scenarios: readonly Named[], count: number): Share<MutantsReport>[] {
  return Array.from({ length: count }, (_, at) => {
    const shard = { index: at + 1, count };
    const mine = shareOf(scenarios, shard, ({ id }) => id, ({ mutants }) => mutants.length);
    const run = { id: `run-${at + 1}`, command: `mutants --shard ${at + 1}/${count} --seed 7`, shard };
    return { name: `machine-${at + 1}`, document: matrixOf(mine, run) };
  });
}

const catalogues = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-cA-C]{1,2}\/[a-c_0-9]{1,2}$/),
    mutants: fc.array(fc.constantFrom<Verdict>("fail", "pass", "error"), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 12, selector: ({ id }) => id },
).map((scenarios) => scenarios.sort((a, b) => compareIds(a.id, b.id)));

Deno.test("mergeMutants makes of any number of shares, in any order, the kill matrix of one machine but for its id", () => {
  fc.assert(
    fc.property(catalogues, fc.integer({ min: 1, max: 6 }), fc.boolean(), (scenarios, count, turned) => {
      const shares = sharesOf(scenarios, Math.min(count, scenarios.length));
      const merged = mergeMutants(turned ? shares.toReversed() : shares);
      assertEquals(merged, matrixOf(scenarios, { id: "run-1-merged" }, true));
    }),
    { seed: 11 },
  );
});

const TWO: readonly Named[] = [{ id: "a/a", mutants: ["fail"] }, { id: "b/b", mutants: ["pass"] }];

function changed(change: Partial<MutantsReport["run"]>): Share<MutantsReport>[] {
  return sharesOf(TWO, 2).map((share, at) =>
    at === 0 || share.document.run === undefined
      ? share
      : { ...share, document: { ...share.document, run: { ...share.document.run, ...change } } }
  );
}

const REFUSED: Readonly<Record<string, readonly [Share<MutantsReport>[], string]>> = {
  "another commit": [
    changed({ commit: "fff" }),
    "machine-2: expected the commit of machine-1 (0123456), found fff",
  ],
  "another version": [
    changed({ version: "9.9.9" }),
    "expected the version of Meshproof of machine-1 (0.1.0), found 9.9.9",
  ],
  "another runtime": [
    changed({ runtime: "docker" }),
    "expected the runtime of machine-1 (process), found docker",
  ],
  "another command": [
    changed({ command: "mutants --clause X --shard 2/2 --seed 7" }),
    "expected the command of machine-1",
  ],
  "another seed": [
    sharesOf(TWO, 2).map((share, at) => ({ ...share, document: { ...share.document, seed: at } })),
    "machine-2: expected the seed of machine-1 (0), found 1",
  ],
  "overlapping scenarios": [
    sharesOf(TWO, 2).map((share, at, [first]) =>
      at === 0
        ? share
        : { ...share, document: { ...share.document, scenarios: first?.document.scenarios ?? [] } }
    ),
    "machine-2: expected a/a in one share, found it twice, in machine-1 too",
  ],
  "a missing share": [sharesOf(TWO, 2).slice(1), "expected all 2 shares, found 1 and among them no 1/2"],
  "a kill matrix that is whole": [
    [{ name: "all", document: matrixOf(TWO, {}) }],
    "all: expected a share of a run (--shard i/n), found a run without",
  ],
};

for (const [what, [shares, words]] of Object.entries(REFUSED)) {
  Deno.test(`mergeMutants refuses ${what}, and says where and what it expected`, () => {
    assertThrows(() => mergeMutants(shares), MergeError, words);
  });
}
