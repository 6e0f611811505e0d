import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import project from "../../../deno.json" with { type: "json" };
import type { Report } from "../schema.ts";
import { DEVIATIONS, sharedRuns, shareReports, wholeReport } from "../testing/shared_run.ts";
import { TIME_AND_MACHINE, without } from "../testing/time_and_machine.ts";
import { mergeRuns } from "./runs.ts";
import { MergeError, type Share } from "./shares.ts";

Deno.test("mergeRuns makes of any number of shares, in any order, the report of one machine, field by field", () => {
  const exitCodes = new Set<number>();
  fc.assert(
    fc.property(
      sharedRuns,
      fc.integer({ min: 1, max: 7 }),
      fc.infiniteStream(fc.nat()),
      (shared, most, order) => {
        const whole = wholeReport(shared);
        const shares = shareReports(shared, Math.min(most, shared.scenarios.length))
          .map((share) => ({ share, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at).map(({ share }) => share);
        const { report } = mergeRuns(shares, DEVIATIONS);
        assertEquals(without(report, TIME_AND_MACHINE), without(whole, TIME_AND_MACHINE));
        exitCodes.add(report.exitCode);
      },
    ),
    { seed: 5, numRuns: 400 },
  );
  // Else the property would hold of a few kinds of runs alone.
  assertEquals([...exitCodes].sort(), [0, 1, 2, 70]);
});

for (const count of [1, 2, 3]) {
  Deno.test(`mergeRuns of ${count} shares takes the earliest begin, the longest wall time and each longest part, and tells who ran what`, () => {
    const shares = shareReports(CALM, count);
    const { run } = mergeRuns(shares.toReversed(), []).report;
    assertEquals(run.startedAt, "2026-01-02T03:04:00.000Z");
    assertEquals(run.id, "run-1-merged");
    assertEquals(run.wallSeconds, Math.max(...shares.map(({ document }) => document.run.wallSeconds)));
    assertEquals(run.parts, { tools: count - 1, cells: 10 });
    assertEquals(run.command, "run --runtime process --repeat 2 --seed 7");
    assertEquals(run.shard, undefined);
    assertEquals(
      run.shards?.map(({ index, id, machine }) => [index, id, machine.cores]),
      shares.map((_, at) => [at + 1, `run-${at + 1}`, at + 1]),
    );
  });
}

/** Three scenarios on three meshes, all kept but what direct must break. */
const CALM = {
  scenarios: [
    { id: "routing/a", seconds: 3, clauses: ["RTE-01", "RTE-05"] },
    { id: "routing/b", seconds: 2, clauses: ["RTE-05", "RTE-07"] },
    { id: "routing/c", seconds: 1, clauses: ["RTE-07"] },
  ],
  meshes: ["reference", "direct", "envoy"],
  verdicts: Object.fromEntries(
    ["a RTE-01", "a RTE-05", "b RTE-05", "b RTE-07", "c RTE-07"].map((
      at,
    ) => [`direct routing/${at}`, "fail" as const]),
  ),
};

Deno.test("mergeRuns takes back what a share alone had to think: a breach and a stale deviation of half the cells", () => {
  const shared = {
    ...CALM,
    // In one cell direct happens to keep the clause, and envoy its deviation; in another both break it.
    verdicts: {
      ...CALM.verdicts,
      "direct routing/a RTE-05": "pass" as const,
      "envoy routing/b RTE-05": "fail" as const,
    },
  };
  const shares = shareReports(shared, 3);
  assertEquals(shares.map(({ document }) => document.exitCode), [70, 0, 0]);
  assertEquals(shares[0]?.document.meshes.map(({ score }) => score), [null, null, null]);
  const { report, stale } = mergeRuns(shares, DEVIATIONS);
  assertEquals([report.exitCode, report.breaches, stale], [0, [], []]);
  assertEquals(report.meshes.map(({ score }) => [score?.kept, score?.judged]), [[3, 3], [0, 3], [2, 3]]);
});

Deno.test("mergeRuns finds the stale deviation that all shares together show", () => {
  const { report, stale } = mergeRuns(shareReports(CALM, 2), DEVIATIONS);
  assertEquals([report.exitCode, stale], [1, [{ mesh: "envoy", clause: "RTE-05" }]]);
});

Deno.test("mergeRuns keeps the flips of all shares, and their exit code", () => {
  const flipped = {
    ...CALM,
    earlier: {
      ...CALM.verdicts,
      "envoy routing/c RTE-07": "vacuous",
      "envoy routing/a RTE-01": "fail",
    } as const,
  };
  const { report } = mergeRuns(shareReports(flipped, 3).toReversed(), []);
  assertEquals(report.exitCode, 2);
  assertEquals(report.repeat, {
    rounds: 2,
    flips: [
      { mesh: "envoy", scenario: "routing/a", clause: "RTE-01", verdicts: ["fail", "pass"] },
      { mesh: "envoy", scenario: "routing/c", clause: "RTE-07", verdicts: ["vacuous", "pass"] },
    ],
  });
});

/** The three shares, the second changed. */
function changed(change: (report: Report) => Report): Share<Report>[] {
  return shareReports(CALM, 3).map((share, at) =>
    at === 1 ? { ...share, document: change(share.document) } : share
  );
}

function changedRun(change: Partial<Report["run"]>): Share<Report>[] {
  return changed((report) => ({ ...report, run: { ...report.run, ...change } }));
}

function changedEnvoy(change: Partial<Report["meshes"][number]>): Share<Report>[] {
  return changed((report) => ({
    ...report,
    meshes: report.meshes.map((mesh) => mesh.name === "envoy" ? { ...mesh, ...change } : mesh),
  }));
}

const REFUSED: Readonly<Record<string, readonly [Share<Report>[], string]>> = {
  "another seed": [changedRun({ seed: 8 }), "machine-2: expected the seed of machine-1 (7), found 8"],
  "another commit": [
    changedRun({ commit: "fff" }),
    "machine-2: expected the commit of machine-1 (0123456), found fff",
  ],
  "another version of Meshproof": [
    changedRun({ version: "9.9.9" }),
    `machine-2: expected the version of Meshproof of machine-1 (${project.version}), found 9.9.9`,
  ],
  "another runtime": [
    changedRun({ runtime: "docker" }),
    "expected the runtime of machine-1 (process), found docker",
  ],
  "other tools": [
    changedRun({ tools: { etcd: "3.7.4" } }),
    "expected the tools of machine-1 (etcd 3.7.3), found etcd 3.7.4",
  ],
  "another command": [
    changedRun({ command: "run --runtime process --repeat 2 --clause RTE-* --shard 2/3 --seed 7" }),
    "expected the command of machine-1 (run --repeat 2 --runtime process --seed 7), found run --clause RTE-* --repeat 2",
  ],
  "other meshes": [
    changed((report) => ({ ...report, meshes: report.meshes.slice(0, 2) })),
    "expected the meshes of machine-1 (reference, direct, envoy), found reference, direct",
  ],
  "another version of a mesh": [
    changedEnvoy({ version: "1.1" }),
    "expected the version of envoy of machine-1 (1.0), found 1.1",
  ],
  "other features of a mesh": [
    changedEnvoy({ declared: [] }),
    "expected the features of envoy of machine-1 (routing), found none",
  ],
  "a mesh that is not there": [
    changedEnvoy({ unavailable: "no wheel" }),
    "expected the availability of envoy of machine-1 (judged), found unavailable",
  ],
  "another number of rounds": [
    changed((report) => ({ ...report, repeat: { rounds: 3, flips: [] } })),
    "expected the number of rounds of machine-1 (1), found 3",
  ],
  "overlapping cells": [
    changed((report) => ({ ...report, meshes: shareReports(CALM, 3)[0]?.document.meshes ?? [] })),
    "machine-2: expected reference/routing/a in one share, found it twice, in machine-1 too",
  ],
  "a share that is given twice": [
    [...shareReports(CALM, 3), ...shareReports(CALM, 3).slice(1, 2)],
    "machine-2: expected a share that was not given yet, found share 2/3, which machine-2 is too",
  ],
  "a share that is missing": [
    shareReports(CALM, 3).toSpliced(1, 1),
    "expected all 3 shares, found 2 and among them no 2/3; run it with --shard 2/3",
  ],
  "a last share that is missing": [shareReports(CALM, 3).slice(0, 2), "among them no 3/3"],
  "shares of another number": [
    [...shareReports(CALM, 3).slice(0, 2), ...shareReports(CALM, 2).slice(1)],
    "machine-2: expected one of 3 shares, as machine-1 is, found share 2/2",
  ],
  "a whole run": [
    [{ name: "all", document: wholeReport(CALM) }],
    "all: expected a share of a run (--shard i/n), found a run without",
  ],
  "nothing": [[], "expected the shares of a run, found none"],
};

for (const [what, [shares, words]] of Object.entries(REFUSED)) {
  Deno.test(`mergeRuns refuses ${what}, and says where and what it expected`, () => {
    const error = assertThrows(() => mergeRuns(shares, []), MergeError);
    assert(error.message.includes(words), `expected "${words}" in "${error.message}"`);
  });
}

Deno.test("mergeRuns takes commands whose options were typed in another order for the same", () => {
  const shares = changedRun({ command: "run --seed 7 --shard 2/3 --repeat 2 --runtime process" });
  assertEquals(mergeRuns(shares, []).report.run.command, "run --runtime process --repeat 2 --seed 7");
});
