import { create } from "xmlbuilder2";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adapterText, POLICY, scenarioText } from "./testing/own_files.ts";
import { reportOf, verdictsOf } from "./testing/stored_report.ts";
import { Workplace } from "./testing/workplace.ts";

/** An adapter whose program wants a port that somebody has already. */
const wantsPort = (port: number) =>
  adapterText(
    "busy",
    `await spawnUntilLine(environment.runtime.spawn, {
      name: "busy-proxy",
      program: { command: ${JSON.stringify(Deno.execPath())} },
      args: ["eval", "--no-config", "Deno.listen({ hostname: '127.0.0.1', port: ${port} }); console.log('ready');"],
    }, (line) => line, { timeoutMs: 10_000 });
    throw new Error("the port was free");`,
  );

Deno.test("meshproof run --adapter: what breaks at start is an error with the mesh's name and its reason", async (test) => {
  await using workplace = await Workplace.open();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy" }));
  await workplace.write("mine/policy.yaml", POLICY);
  await workplace.write("busy.ts", wantsPort((taken.addr as Deno.NetAddr).port));
  await workplace.write(
    "sick.ts",
    adapterText("sick", `throw new Error("no \\u001b[31mlicence\\u001b[39m for " + environment.cell);`),
  );
  const run = await workplace.run([
    ...["run", "--scenarios", "mine", "--adapter", "sick.ts", "--adapter", "busy.ts", "--mesh", "sick"],
    ...["--out", "out"],
  ]);
  const report = await reportOf(`${workplace.folder}/out`);

  await test.step("it ends with 70, and nothing is left", async () => {
    assertEquals(run.code, 70, run.stdout + run.stderr);
    assertEquals(report.exitCode, 70);
    assertEquals(verdictsOf(report), { "sick mine/easy RTE-07": "error", "busy mine/easy RTE-07": "error" });
    assertEquals(await workplace.leftovers(), []);
  });

  await test.step("an adapter that throws is quoted", () => {
    assertStringIncludes(run.stdout, "sick mine/easy RTE-07: error");
    assertStringIncludes(report.meshes[0]?.cells[0]?.clauses[0]?.actual ?? "", "for sick.mine.easy");
  });

  await test.step("a program that finds its port in use is quoted, with how it ended", () => {
    const { actual = "" } = report.meshes[1]?.cells[0]?.clauses[0] ?? {};
    assertStringIncludes(actual, '"busy-proxy"');
    assertStringIncludes(actual, "exit code 1");
    assertStringIncludes(actual, "in use");
  });

  await test.step("what breaks is never a score, and keeps neither colours nor control characters", async () => {
    assertEquals(report.meshes.map((mesh) => [mesh.score?.kept, mesh.score?.judged]), [[0, 0], [0, 0]]);
    assert(!run.stdout.includes("\u001b"), run.stdout);
    const xml = await Deno.readTextFile(`${workplace.folder}/out/junit.xml`);
    // deno-lint-ignore no-control-regex -- XML 1.0 does not allow them, which is what is asserted
    assert(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(xml), xml);
    assertEquals(create(xml).root().node.nodeName, "testsuites");
  });

  await test.step("the line that a failure prints replays it, with its own adapter and scenarios", async () => {
    const line = /deno task meshproof (replay \S+:sick\/mine\/easy)/.exec(run.stdout)?.[1] ?? "";
    const again = await workplace.run([...line.split(" "), "--out", "again"]);
    assertEquals(again.code, 70, again.stderr);
    assertStringIncludes(again.stdout, "RTE-07: error (was error)");
  });
});

Deno.test("meshproof run --adapter refuses files that hold no adapter, and says what is missing", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("half.ts", `export default { name: "half", tools: [], start() {} };`);
  await workplace.write("none.ts", "export const mesh = {};");
  await workplace.write("typo.ts", "export default {");
  await workplace.write("feature.ts", adapterText("feature", "").replace('"routing"', '"teleport"'));
  await workplace.write("twin.ts", adapterText("reference", ""));
  const cases = [
    [
      "half.ts",
      "half.ts: expected a MeshAdapter",
      "no features (a Set)",
      "no version()",
      "no unsupportedFields",
    ],
    ["none.ts", "none.ts: expected a MeshAdapter", "found neither"],
    ["typo.ts", "typo.ts: expected a TypeScript file with a mesh adapter", "typo.ts:1:"],
    ["feature.ts", "feature.ts: expected a MeshAdapter", "features teleport (known: routing, "],
    ["twin.ts", 'twin.ts: expected a name of its own, found "reference"'],
    ["nosuch.ts", "nosuch.ts: expected a TypeScript file", "No such file"],
  ] as const;
  await Promise.all(cases.map(async ([file, ...words]) => {
    const { code, stdout, stderr } = await workplace.run(["run", "--adapter", file]);
    assertEquals({ file, code, stdout }, { file, code: 64, stdout: "" });
    for (const word of words) assertStringIncludes(stderr, word);
  }));
  assertEquals(await workplace.leftovers(), []);
});
