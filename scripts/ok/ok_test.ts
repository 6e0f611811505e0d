import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { countCodeLines } from "./code_lines.ts";
import { parseLcov, percentCovered } from "./line_coverage.ts";
import { runDeno } from "./run.ts";
import { testArguments } from "./test_command.ts";
import { parseTotals } from "./test_totals.ts";

Deno.test("parseLcov counts a line as hit when any of several processes ran it", () => {
  const lcov = [
    "SF:/repo/a.ts",
    "FN:1,f",
    "DA:1,1",
    "DA:2,0",
    "DA:3,0",
    "end_of_record",
    "SF:/repo/a.ts",
    "DA:2,7",
    "end_of_record",
    "SF:/elsewhere/b.ts",
    "DA:1,1",
    "end_of_record",
  ].join("\n");
  assertEquals(parseLcov(lcov, "/repo/"), [{ path: "a.ts", lines: 3, hit: 2 }]);
});

Deno.test("percentCovered weighs files by their lines, and calls nothing at all 0 %", () => {
  assertEquals(percentCovered([{ path: "a", lines: 1, hit: 1 }, { path: "b", lines: 3, hit: 0 }]), 25);
  assertAlmostEquals(percentCovered([{ path: "a", lines: 3, hit: 2 }]), 66.667, 0.001);
  assertEquals(percentCovered([]), 0);
});

Deno.test("countCodeLines counts what can run, and nothing of types, comments, imports and blank lines", () => {
  const types =
    'import type { A } from "./a.ts";\n/** Doc. */\nexport interface B {\n  a: A;\n}\nexport type C = B;\n';
  assertEquals(countCodeLines(types), 0);
  assertEquals(
    countCodeLines("// why\nexport const a = 1;\n\nexport function f(): number {\n  return a;\n}\n"),
    4,
  );
});

Deno.test("parseTotals reads the last line of deno test, in colours and with steps", () => {
  assertEquals(parseTotals("ok | 3 passed | 0 failed (2s)\n"), { passed: 3, failed: 0 });
  assertEquals(parseTotals("\u001b[31mFAILED\u001b[0m | 12 passed (4 steps) | 2 failed | 1 ignored (1m)\n"), {
    passed: 12,
    failed: 2,
  });
});

Deno.test("parseTotals takes the last of several lines, which a test of a test runner may have printed", () => {
  assertEquals(parseTotals("ok | 1 passed | 0 failed (1s)\nFAILED | 5 passed | 1 failed (1s)"), {
    passed: 5,
    failed: 1,
  });
});

Deno.test("parseTotals says nothing when the tests did not come to their end", () => {
  assertEquals(parseTotals("running 3 tests\nSegmentation fault\n"), undefined);
});

Deno.test("testArguments takes the task test apart, and refuses one that is more than deno test", () => {
  assertEquals(testArguments('{"tasks": {"test": {"command": "deno test --quiet  harness"}}}'), [
    "test",
    "--quiet",
    "harness",
  ]);
  assertEquals(testArguments('{"tasks": {"test": "deno test"}}'), ["test"]);
  assertThrows(
    () => testArguments('{"tasks": {"test": "deno test && rm x"}}'),
    Error,
    'expected "deno test ..."',
  );
  assertThrows(() => testArguments("{}"), Error, "found none");
});

Deno.test("runDeno gives the whole output, shows it as it comes, and tells failure from success", async () => {
  const cwd = new URL("./", import.meta.url);
  let shown = 0;
  const fine = await runDeno(["eval", 'console.log(Deno.env.get("GIVEN"))'], {
    cwd,
    env: { GIVEN: "ü" },
    show: (bytes) => shown += bytes.length,
  });
  assertEquals(fine, { success: true, stdout: "ü\n" });
  assertEquals(shown, 3);
  assert(!(await runDeno(["eval", "Deno.exit(3)"], { cwd })).success);
});
