import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { badgeSchema } from "../report/badge_schema.ts";
import { conformanceSchema } from "../report/conformance_schema.ts";
import { mutantsSchema, type Report } from "../report/schema.ts";
import { shareReports } from "../report/testing/shared_run.ts";
import { TIME_AND_MACHINE, TIME_OF_A_CELL, without } from "../report/testing/time_and_machine.ts";
import { POLICY, scenarioText } from "./testing/own_files.ts";
import { reportOf } from "./testing/stored_report.ts";
import type { CliRun } from "./testing/started_cli.ts";
import { Workplace } from "./testing/workplace.ts";

Deno.test("meshproof merge makes of two machines' shares of a run the report of one, and what can be done with it", async (test) => {
  await using workplace = await Workplace.open();
  const { folder } = workplace;
  // Neither hangs on a time, so that every word of both reports must agree.
  const selection = ["--scenario", "{routing/canary_header,retrying/count}", "--mesh", "direct,reference"];
  const runs: CliRun[] = [];
  // One after another, as the machines would not be in each other's way either.
  for (const share of [["whole"], ["one", "--shard", "1/2"], ["two", "--shard", "2/2"]]) {
    runs.push(await workplace.run(["run", ...selection, "--seed", "7", "--out", ...share]));
  }
  assertEquals(runs.map(({ code }) => code), [0, 0, 0], runs.map(({ stderr }) => stderr).join("\n"));
  const merge = await workplace.run(["merge", "two", "one", "--out", "merged"]);
  const [whole, merged] = await Promise.all(["whole", "merged"].map((name) => reportOf(`${folder}/${name}`)));

  await test.step("each share says that it is one, in its report and on standard output", async () => {
    assertEquals((await reportOf(`${folder}/two`)).run.shard, { index: 2, count: 2 });
    assertStringIncludes(runs[2]?.stdout ?? "", "share 2 of 2: scores and exit code are of this share alone");
  });

  await test.step("the merged report is that of the whole run but for time and machine", () => {
    assertEquals(merge.code, 0, merge.stderr);
    const excepted = [...TIME_AND_MACHINE, ...TIME_OF_A_CELL];
    assertEquals(without(merged, excepted), without(whole, excepted));
    assertEquals(merged?.meshes[0]?.cells.length, 2);
    assertEquals(merged?.meshes.map(({ score }) => score?.kept), [0, 2]);
  });

  await test.step("merge prints the matrix and the report's place, and leaves every file of a run", async () => {
    assertStringIncludes(merge.stdout, "2 / 2 = 100 %");
    assertStringIncludes(merge.stdout, "report: merged/report.json");
    const text = (name: string) => Deno.readTextFile(`${folder}/merged/${name}`);
    assertEquals((await text("junit.xml")).match(/<testcase /g)?.length, 4);
    assertStringIncludes(await text("report.html"), "replay merged:reference/routing/canary_header");
    assertEquals(
      badgeSchema.parse(JSON.parse(await text("badge.json"))).message,
      "direct 0/2, reference 2/2",
    );
    const projects = parseAllDocuments(await text("conformance.yaml"))
      .map((each) => conformanceSchema.parse(each.toJS()).implementation.project);
    // `direct` is no mesh, and claims nothing.
    assertEquals(projects, ["reference"]);
  });

  await test.step("merge brings the histories as they were, and the logs", async () => {
    for (const { name, cells } of merged?.meshes ?? []) {
      for (const { scenario, runs: [run] } of cells) {
        const copies = await Promise.all(
          ["merged", "one", "two"].map((from) =>
            Deno.readTextFile(`${folder}/${from}/${run?.history}`).catch(() => undefined)
          ),
        );
        assert(copies[0] !== undefined && copies.slice(1).includes(copies[0]), `${name}/${scenario}`);
        await Deno.stat(`${folder}/merged/${run?.history.replace(".ndjson", ".arrow")}`);
      }
    }
    const logs = [...Deno.readDirSync(`${folder}/merged/logs`)].map(({ name }) => name);
    const expected = ["reference.retrying.count", "reference.routing.canary_header", "share-1", "share-2"];
    assertEquals(expected.filter((name) => !logs.includes(name)), []);
  });

  await test.step("analyze judges the merged histories as before", async () => {
    const again = await workplace.run(["analyze", "merged", "--json"]);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(JSON.parse(again.stdout).meshes, merged?.meshes);
  });

  await test.step("replay runs a cell of the merged run again", async () => {
    const again = await workplace.run(["replay", "merged:reference/routing/canary_header", "--out", "again"]);
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stdout, "RTE-01: pass (was pass)");
    assertStringIncludes(again.stderr, "with seed 7");
  });
});

Deno.test("meshproof merge makes of two shares of mutants the kill matrix of one machine, survivors and all", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/policy.yaml", POLICY);
  // The first can see no mutant; the second demands what no mesh keeps, and so kills whatever it is given.
  await workplace.write("mine/blind.ts", scenarioText({ id: "mine/blind", mutants: ["no-route-hangs"] }));
  const check = `h.phase("some").atLeast(1000)`;
  const mutants = ["no-route-random-backend", "no-route-hangs"];
  await workplace.write("mine/strict.ts", scenarioText({ id: "mine/strict", mutants, check }));
  const whole = ["mutants", "--scenarios", "mine"];
  const [all, ...shares] = await Promise.all([
    workplace.run([...whole, "--out", "whole"]),
    workplace.run([...whole, "--out", "one", "--shard", "1/2"]),
    workplace.run([...whole, "--out", "two", "--shard", "2/2"]),
  ]);
  const merge = await workplace.run(["merge", "one", "two", "--out", "merged", "--json"]);
  assertEquals([merge.code, merge.stderr], [all?.code, ""], shares.map(({ stderr }) => stderr).join("\n"));
  const read = async (name: string) =>
    mutantsSchema.parse(JSON.parse(await Deno.readTextFile(`${workplace.folder}/${name}/mutants.json`)));
  const merged = await read("merged");
  assertEquals(JSON.parse(merge.stdout), merged);
  assertEquals(without(merged, ["run.id"]), without(await read("whole"), ["run.id"]));
  assertEquals([merged.total, merged.survivors.includes("no-route-hangs")], [3, true]);
  assertEquals(merged.mutants.map(({ scenario }) => scenario), ["mine/blind", "mine/strict", "mine/strict"]);
});

/** Three scenarios on one mesh that keeps two of them. */
const SHARED = {
  scenarios: ["routing/a", "routing/b", "routing/c"].map((id) => ({ id, seconds: 1, clauses: ["RTE-01"] })),
  meshes: ["mine"],
  verdicts: { "mine routing/b RTE-01": "fail" as const },
};

/** A workplace with the folders of made-up shares, `a`, `b` and `c`, with their histories; `change` has the last word. */
async function workplaceWith(
  change: (report: Report, name: string) => unknown = (report) => report,
): Promise<Workplace> {
  const workplace = await Workplace.open();
  for (const [at, { document }] of shareReports(SHARED, 3).entries()) {
    const name = "abc"[at] ?? "";
    await workplace.write(`${name}/report.json`, JSON.stringify(change(document, name)));
    for (const cell of document.meshes.flatMap((mesh) => mesh.cells)) {
      await workplace.write(`${name}/${cell.runs[0]?.history}`, `history of ${cell.scenario}\n`);
    }
  }
  return workplace;
}

Deno.test("meshproof merge ends with the exit code of all shares together, and without --out writes where runs do", async () => {
  await using workplace = await workplaceWith();
  const merge = await workplace.run(["merge", "c", "a", "b"]);
  assertEquals(merge.code, 1, merge.stderr);
  assertStringIncludes(merge.stdout, "mine routing/b RTE-01: fail");
  // Without --out it goes where runs go, and is known by its id.
  assertStringIncludes(merge.stdout, "replay:   deno task meshproof replay run-1-merged:mine/routing/b");
  const out = `${workplace.folder}/reports/run-1-merged`;
  assertEquals((await reportOf(out)).exitCode, 1);
  assertEquals(await Deno.readTextFile(`${out}/history/routing.b.ndjson`), "history of routing/b\n");
});

Deno.test("meshproof merge --json prints the merged report as JSON and nothing else", async () => {
  await using workplace = await workplaceWith();
  const merge = await workplace.run(["merge", "a", "b", "c", "--json", "--out", "out"]);
  assertEquals([merge.code, merge.stderr], [1, ""]);
  assertEquals(JSON.parse(merge.stdout), await reportOf(`${workplace.folder}/out`));
});

/** What stands in the folders, the arguments, and what the message must hold. */
type Case = readonly [
  what: string,
  args: readonly string[],
  words: string,
  change?: (report: Report, name: string) => unknown,
];

const ofB = (change: (report: Report) => unknown) => (report: Report, name: string) =>
  name === "b" ? change(report) : report;
const REFUSED: readonly Case[] = [
  ["no folder at all", [], "missing required argument 'share'"],
  [
    "a folder without a report",
    ["a", "b", "tmp"],
    "tmp: expected the folder or id of a run, with report.json",
  ],
  [
    "a missing share",
    ["a", "c"],
    "merge: expected all 3 shares, found 2 and among them no 2/3; run it with --shard 2/3",
  ],
  [
    "a share that is given twice",
    ["a", "b", "c", "b"],
    "merge: b: expected a share that was not given yet, found share 2/3",
  ],
  [
    "a share whose folder is where it is to write",
    ["a", "b", "c", "--out", "b"],
    "--out b: expected a folder of its own",
  ],
  [
    "another seed",
    ["a", "b", "c"],
    "merge: b: expected the seed of a (7), found 8",
    ofB((report) => ({ ...report, run: { ...report.run, seed: 8 } })),
  ],
  [
    "what another version of Meshproof ran",
    ["a", "b", "c"],
    "a: expected a share that Meshproof ",
    (report) => ({ ...report, run: { ...report.run, version: "9.9.9" } }),
  ],
  [
    "a report that its schema does not have",
    ["a", "b", "c"],
    "b/report.json: expected a meshproof.report/v1, found:\n  run.shard: expected an index of at most the count",
    ofB((report) => ({ ...report, run: { ...report.run, shard: { index: 4, count: 3 } } })),
  ],
  [
    "a history that is not there",
    ["a", "b", "c"],
    "b/history/lost.ndjson: expected the history that the report names, found no such file",
    ofB((report) =>
      JSON.parse(JSON.stringify(report).replace("history/routing.b.ndjson", "history/lost.ndjson"))
    ),
  ],
  [
    "a history outside the share's folder",
    ["a", "b", "c"],
    "b/../a/report.json: expected the history",
    ofB((report) =>
      JSON.parse(JSON.stringify(report).replace("history/routing.b.ndjson", "../a/report.json"))
    ),
  ],
];

for (const [what, args, words, change] of REFUSED) {
  Deno.test(`meshproof merge refuses ${what} with 64, and writes nothing`, async () => {
    await using workplace = await workplaceWith(change);
    const { code, stdout, stderr } = await workplace.run(["merge", ...args]);
    assertEquals({ code, stdout }, { code: 64, stdout: "" });
    assertStringIncludes(stderr, words);
    const names = [...Deno.readDirSync(workplace.folder)].map(({ name }) => name).sort();
    assertEquals(names, ["a", "b", "c", "tmp"]);
    assertEquals([...Deno.readDirSync(`${workplace.folder}/b`)].length, 2);
  });
}

Deno.test("meshproof merge refuses shares of a run and of mutants together, and a folder that holds both", async () => {
  await using workplace = await workplaceWith();
  const empty = { total: 0, killed: 0, survivors: [], mutants: [], scenarios: [] };
  const matrix = JSON.stringify({ schema: "meshproof.mutants/v1", seed: 7, ...empty });
  await workplace.write("m/mutants.json", matrix);
  const mixed = await workplace.run(["merge", "a", "m"]);
  await workplace.write("a/mutants.json", matrix);
  const both = await workplace.run(["merge", "a", "b", "c"]);
  assertEquals([mixed.code, both.code], [64, 64]);
  assertStringIncludes(mixed.stderr, "m: expected a share of a run, as a is, found one of mutants");
  assertStringIncludes(both.stderr, "found both; give `run` and `mutants` a folder each with --out");
});
