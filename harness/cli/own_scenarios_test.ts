import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mutantsSchema } from "../report/schema.ts";
import { POLICY, scenarioText } from "./testing/own_files.ts";
import { reportOf, verdictsOf } from "./testing/stored_report.ts";
import { Workplace } from "./testing/workplace.ts";

Deno.test("meshproof run --scenarios: a clause that direct keeps, though it needs a mesh, is a control breach", async (test) => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy" }));
  await workplace.write("mine/policy.yaml", POLICY);
  const run = await workplace.run(["run", "--scenarios", "mine", "--mesh", "direct", "--out", "out"]);
  const report = await reportOf(`${workplace.folder}/out`);

  await test.step("it ends with 70, says so, and gives no score", async () => {
    assertEquals(run.code, 70, run.stderr);
    assertStringIncludes(run.stdout, "control breach: direct keeps RTE-07, which needs a mesh");
    assert(!run.stdout.includes(" %"), run.stdout);
    assertEquals(verdictsOf(report), { "direct mine/easy RTE-07": "pass" });
    assertEquals(report.meshes[0]?.score, null);
    assertEquals(report.exitCode, 70);
    assertEquals(await workplace.leftovers(), []);
  });

  await test.step("analyze finds the scenario again by what the report says of it", async () => {
    const again = await workplace.run(["analyze", "out", "--json"]);
    assertEquals([again.code, again.stderr], [70, ""]);
    assertEquals(JSON.parse(again.stdout).breaches, report.breaches);
  });

  await test.step("analyze says which scenario is not there any more", async () => {
    await Deno.rename(`${workplace.folder}/mine/easy.ts`, `${workplace.folder}/mine/easy.txt`);
    await workplace.write("mine/other.ts", scenarioText({ id: "mine/other" }));
    const again = await workplace.run(["analyze", "out"]);
    assertEquals([again.code, again.stdout], [64, ""]);
    assertStringIncludes(again.stderr, "found no mine/easy any more; say where it is with --scenarios");
  });
});

Deno.test("meshproof run --shard: the shares hold every scenario once", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/policy.yaml", POLICY);
  const ids = ["mine/a", "mine/b", "mine/c"];
  for (const id of ids) await workplace.write(`${id}.ts`, scenarioText({ id }));
  const shares = await Promise.all(["1/2", "2/2"].map(async (shard) => {
    const out = `out-${shard[0]}`;
    await workplace.run([
      ...["run", "--scenarios", "mine", "--mesh", "direct,direct", "--shard", shard, "--out", out],
    ]);
    const report = await reportOf(`${workplace.folder}/${out}`);
    // A mesh that is named twice is judged once.
    assertEquals(report.meshes.length, 1);
    return report.meshes.flatMap((mesh) => mesh.cells.map((cell) => cell.scenario));
  }));
  assertEquals(shares.flat().sort(), ids);
  assert(shares.every((share) => share.length > 0), JSON.stringify(shares));
  assertEquals(await workplace.leftovers(), []);
});

Deno.test("meshproof mutants kills all mutants of a scenario and leaves mutants.json", async () => {
  await using workplace = await Workplace.open();
  const run = await workplace.run(["mutants", "--scenario", "routing/no_route", "--out", "out"]);
  assertEquals(run.code, 0, run.stdout + run.stderr);
  assertStringIncludes(run.stdout, "2 of 2 mutants killed");
  const report = mutantsSchema.parse(
    JSON.parse(await Deno.readTextFile(`${workplace.folder}/out/mutants.json`)),
  );
  assertEquals([report.total, report.killed, report.survivors], [2, 2, []]);
  assertEquals(report.mutants.map(({ id }) => id).sort(), ["no-route-hangs", "no-route-random-backend"]);
  assertEquals(await workplace.leftovers(), []);
});

Deno.test("meshproof mutants ends with 1 and names the scenario that cannot fail", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy", mutants: ["no-route-hangs"] }));
  await workplace.write("mine/policy.yaml", POLICY);
  const run = await workplace.run(["mutants", "--scenarios", "mine", "--out", "out"]);
  assertEquals(run.code, 1, run.stdout + run.stderr);
  assertStringIncludes(run.stdout, "scenarios that kill no mutant, and so cannot fail: mine/easy");
  assertStringIncludes(run.stdout, "SURVIVES");
  const report = mutantsSchema.parse(
    JSON.parse(await Deno.readTextFile(`${workplace.folder}/out/mutants.json`)),
  );
  assertEquals([report.killed, report.survivors], [0, ["no-route-hangs"]]);
});

Deno.test("meshproof run --scenarios refuses files that are no scenario, and names file and slip", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("empty/notes.txt", "");
  await workplace.write("typo/x.ts", "export default {");
  await workplace.write("none/x.ts", "export const scenario = 1;");
  await workplace.write("half/x.ts", `export default { id: "half/x", clauses: ["RTE-99"], mutants: [] };`);
  await workplace.write("twins/a.ts", scenarioText({ id: "twins/a" }));
  await workplace.write("twins/b.ts", scenarioText({ id: "twins/a" }));
  await workplace.write("alone/a.ts", scenarioText({ id: "alone/a" }));
  await workplace.write("mutant/a.ts", scenarioText({ id: "mutant/a", mutants: ["nosuch"] }));
  await workplace.write("mutant/policy.yaml", POLICY);
  const cases = [
    ["run", "nosuch", "--scenarios nosuch: ", "No such file"],
    ["run", "empty", "--scenarios empty: expected scenario files"],
    ["run", "typo", "typo/x.ts: expected a TypeScript file with a scenario", "x.ts:1:"],
    ["run", "none", "none/x.ts: expected a scenario", "as default export, found none"],
    ["run", "half", "half/x.ts: expected a scenario", '"RTE-99"', "no drive()", "no judge()", "no topology"],
    ["run", "twins", "twins/b.ts: expected an id of its own", "twins/a.ts has too"],
    ["run", "alone", "scenario alone/a ", "policy.yaml"],
    ["mutants", "mutant", "mutant/a.ts: expected mutants of fixtures/mutants", '"nosuch"'],
  ] as const;
  await Promise.all(cases.map(async ([command, folder, ...words]) => {
    const { code, stdout, stderr } = await workplace.run([command, "--scenarios", folder]);
    assertEquals({ folder, code, stdout }, { folder, code: 64, stdout: "" });
    for (const word of words) assertStringIncludes(stderr, word);
  }));
  assertEquals(await workplace.leftovers(), []);
});

Deno.test("meshproof run refuses a policy that is malformed or has an unknown field, with file, line and field", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("torn/a.ts", scenarioText({ id: "torn/a" }));
  await workplace.write("torn/policy.yaml", "kind: [VirtualService\n");
  await workplace.write("unknown/a.ts", scenarioText({ id: "unknown/a" }));
  await workplace.write("unknown/policy.yaml", POLICY.replace("    - route:", "    - rout: 5\n      route:"));
  const [torn, unknown] = await Promise.all(
    ["torn", "unknown"].map((folder) => workplace.run(["run", "--scenarios", folder, "--mesh", "direct"])),
  );
  assertEquals([torn?.code, torn?.stdout, unknown?.code, unknown?.stdout], [64, "", 64, ""]);
  assertStringIncludes(torn?.stderr ?? "", "torn/policy.yaml:");
  assertStringIncludes(torn?.stderr ?? "", "expected valid YAML");
  assertStringIncludes(unknown?.stderr ?? "", "unknown/policy.yaml:7:7: spec.http[0].rout: ");
  assertStringIncludes(unknown?.stderr ?? "", "scenario unknown/a ");
  assertEquals(await workplace.leftovers(), []);
});
