import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { tableFromIPC } from "@uwdata/flechette";
import { create } from "xmlbuilder2";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readHistory } from "../engine/history_file.ts";
import { type Report, reportSchema } from "../report/schema.ts";
import { Workplace } from "./testing/workplace.ts";
import { reportOf, tamperAnswer, verdictsOf } from "./testing/stored_report.ts";

const SELECTION = ["--scenario", "routing/no_route", "--mesh", "reference,direct"];

Deno.test("meshproof run, and what can be done with the run that it left", async (test) => {
  await using workplace = await Workplace.open();
  const { folder } = workplace;
  const run = await workplace.run(["run", ...SELECTION, "--out", "out", "--seed", "7"]);
  const report = await reportOf(`${folder}/out`);

  await test.step("run ends with 0, leaves a report that its schema accepts, and nothing else", async () => {
    assertEquals(run.code, 0, run.stderr);
    assertEquals([report.run.seed, report.exitCode, report.breaches], [7, 0, []]);
    assertEquals(verdictsOf(report), {
      "reference routing/no_route RTE-07": "pass",
      "direct routing/no_route RTE-07": "fail",
    });
    assertEquals(
      report.run.command,
      "run --runtime process --repeat 1 --scenario routing/no_route --mesh reference,direct --seed 7",
    );
    assertEquals(await workplace.leftovers(), []);
  });

  await test.step("run prints matrix and report's place on standard output, progress on standard error", () => {
    assertStringIncludes(run.stdout, "100 %");
    assertStringIncludes(run.stdout, "report: out/report.json");
    assert(/\[2\/2\] (pass|fail) /.test(run.stderr), run.stderr);
  });

  await test.step("run prints no colour codes into a pipe", () => {
    assert(!(run.stdout + run.stderr).includes("\u001b"), run.stdout + run.stderr);
  });

  await test.step("run leaves JUnit XML that is well formed and has a case for each clause of each mesh", async () => {
    const xml = create(await Deno.readTextFile(`${folder}/out/junit.xml`)).root();
    const cases = xml.filter((node) => node.node.nodeName === "testcase", false, true);
    assertEquals(cases.length, 2);
  });

  await test.step("run leaves the history of each cell, and its requests in an Arrow file", async () => {
    for (const mesh of report.meshes) {
      const path = `${folder}/out/${mesh.cells[0]?.runs[0]?.history}`;
      const sent = (await readHistory(path)).filter((event) => event.kind === "request.sent");
      const table = tableFromIPC(await Deno.readFile(path.replace(".ndjson", ".arrow")));
      assert(sent.length > 50, `${sent.length} requests`);
      assertEquals(table.numRows, sent.length);
      assertEquals(table.getChild("id")?.at(0), sent[0]?.id);
    }
  });

  await test.step("run leaves the journeys of all requests, as pprof and as a drawing", async () => {
    for (const mesh of report.meshes) {
      const path = `${folder}/out/profiles/journey-${mesh.name}`;
      const history = await readHistory(`${folder}/out/${mesh.cells[0]?.runs[0]?.history}`);
      const profile = Profile.decode(gunzipSync(await Deno.readFile(`${path}.pb.gz`)));
      const kinds = profile.sampleType.map(({ type }) => profile.stringTable.strings[Number(type)]);
      const sumOf = (kind: string) =>
        profile.sample.reduce((sum, { value }) => sum + Number(value[kinds.indexOf(kind)]), 0);
      assertEquals(sumOf("requests"), history.filter(({ kind }) => kind === "request.sent").length);
      assert(sumOf("latency") > 0);
      assertStringIncludes(await Deno.readTextFile(`${path}.svg`), `Journeys on ${mesh.name}`);
    }
  });

  await test.step("analyze comes to the same verdicts and exit code", async () => {
    const again = await workplace.run(["analyze", "out", "--json"]);
    assertEquals([again.code, again.stderr], [0, ""]);
    const judged: Report = reportSchema.parse(JSON.parse(again.stdout));
    assertEquals(judged.meshes, report.meshes);
  });

  await test.step("analyze of a history in which an answer was changed comes to another verdict", async () => {
    await new Deno.Command("cp", { args: ["-r", `${folder}/out`, `${folder}/tampered`] }).output();
    await tamperAnswer(`${folder}/tampered/${report.meshes[0]?.cells[0]?.runs[0]?.history}`, {
      phase: "matched",
      status: "INTERNAL",
    });
    const again = await workplace.run(["analyze", "tampered"]);
    // The reference is a control: when it fails, the harness is in doubt.
    assertEquals(again.code, 70, again.stdout);
    assertStringIncludes(again.stderr, "reference routing/no_route RTE-07: was pass, is fail");
    assertStringIncludes(again.stdout, "control breach: reference fails RTE-07");
    assertStringIncludes(again.stdout, "INTERNAL");
  });

  await test.step("analyze names the history that is missing, and the cell that it belongs to", async () => {
    await new Deno.Command("cp", { args: ["-r", `${folder}/out`, `${folder}/lost`] }).output();
    await Deno.remove(`${folder}/lost/history`, { recursive: true });
    const again = await workplace.run(["analyze", "lost"]);
    assertEquals([again.code, again.stdout], [64, ""]);
    assertEquals(
      again.stderr,
      "meshproof: lost/history/reference.routing.no_route.ndjson: expected the history of " +
        "reference/routing/no_route, found no such file; run the cell again\n",
    );
  });

  await test.step("analyze names the field of a report that is malformed", async () => {
    await Deno.mkdir(`${folder}/odd`);
    const odd = { ...report, run: { ...report.run, seed: "seven" } };
    await Deno.writeTextFile(`${folder}/odd/report.json`, JSON.stringify(odd));
    const again = await workplace.run(["analyze", "odd"]);
    assertEquals([again.code, again.stdout], [64, ""]);
    assertStringIncludes(
      again.stderr,
      "odd/report.json: expected a meshproof.report/v1, found:\n  run.seed: ",
    );
  });

  await test.step("replay comes to the same verdict as the cell that it runs again", async () => {
    const again = await workplace.run(["replay", "out:reference/routing/no_route", "--out", "again"]);
    assert((await Deno.stat(`${folder}/again/profiles/journey-reference.pb.gz`)).size > 0);
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stdout, "RTE-07: pass (was pass)");
    assertStringIncludes(again.stderr, "with seed 7");
    assertEquals(await workplace.leftovers(), []);
  });

  await test.step("replay of a cell that the run does not have names those that it has", async () => {
    const again = await workplace.run(["replay", "out:reference/routing/nosuch"]);
    assertEquals([again.code, again.stdout], [64, ""]);
    assertStringIncludes(again.stderr, "found none for reference/routing/nosuch");
    assertStringIncludes(again.stderr, "reference/{routing/no_route}");
  });
});

Deno.test("meshproof analyze and replay refuse what is no run, and say where they looked", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("broken/report.json", "{");
  const [empty, broken, shapeless] = await Promise.all([
    workplace.run(["analyze", "tmp"]),
    workplace.run(["analyze", "broken"]),
    workplace.run(["replay", "tmp"]),
  ]);
  assertEquals([empty.code, broken.code, shapeless.code], [64, 64, 64]);
  assertStringIncludes(empty.stderr, "found no report.json in tmp or reports/tmp");
  assertStringIncludes(broken.stderr, "broken/report.json: expected JSON");
  assertStringIncludes(shapeless.stderr, "tmp: expected <run>:<mesh>/<scenario>");
});

Deno.test("meshproof run --json prints the report as JSON and nothing else", async () => {
  await using workplace = await Workplace.open();
  const run = await workplace.run([
    ...["run", "--scenario", "routing/no_route", "--mesh", "direct", "--json", "--out", "out"],
  ]);
  assertEquals([run.code, run.stderr], [0, ""]);
  assertEquals(reportSchema.parse(JSON.parse(run.stdout)), await reportOf(`${workplace.folder}/out`));
});

Deno.test("meshproof run --profile writes where harness, services and reference mesh spent time and memory", async () => {
  await using workplace = await Workplace.open();
  const run = await workplace.run([
    ...["run", "--scenario", "routing/no_route", "--mesh", "reference", "--profile", "--out", "out"],
  ]);
  assertEquals(run.code, 0, run.stderr);
  const read = async (name: string) => {
    const bytes = await Deno.readFile(`${workplace.folder}/out/profiles/${name}.pb.gz`);
    return Profile.decode(gunzipSync(bytes));
  };
  const phasesOf = ({ sample, stringTable: { strings } }: Profile) =>
    new Set(
      sample.flatMap(({ label }) => label)
        .filter(({ key }) => strings[Number(key)] === "phase").map(({ str }) => strings[Number(str)]),
    );
  const harness = await read("harness.cpu");
  assert(
    phasesOf(harness).isSupersetOf(new Set(["set-up", "drive", "report"])),
    [...phasesOf(harness)].join(),
  );
  assert(harness.stringTable.strings.includes("harness/engine/cell.ts"), "lines of our own source");
  assertEquals(phasesOf(await read("harness.heap")), new Set(["set-up", "drive", "report"]));
  for (const name of ["services", "reference"]) {
    const [cpu, heap] = [await read(`${name}.cpu`), await read(`${name}.heap`)];
    assert(cpu.sample.length > 0 && heap.sample.length > 0, name);
    assert(cpu.stringTable.strings.some((text) => text.startsWith(`fixtures/${name}/`)), name);
    assertStringIncludes(
      await Deno.readTextFile(`${workplace.folder}/out/profiles/${name}.cpu.svg`),
      `CPU of ${name}`,
    );
  }
});
