import { assertEquals } from "@std/assert";
import { scenarioProblems } from "./check_scenario.ts";

const SOUND = {
  id: "mine/easy",
  clauses: ["RTE-07"],
  needs: ["routing"],
  topology: { echo: { instances: 1 } },
  policy: "policy.yaml",
  drive: () => Promise.resolve(),
  judge: () => [],
  mutants: [],
};

Deno.test("scenarioProblems finds none in a scenario", () => {
  assertEquals(scenarioProblems(SOUND), []);
});

Deno.test("scenarioProblems says what a value is that is no scenario at all", () => {
  assertEquals(scenarioProblems(undefined), ["none"]);
  assertEquals(scenarioProblems(null), ["a null"]);
  assertEquals(scenarioProblems("x"), ["a string"]);
});

for (const field of Object.keys(SOUND) as (keyof typeof SOUND)[]) {
  Deno.test(`scenarioProblems names ${field} when it is missing, and nothing else`, () => {
    const { [field]: _, ...rest } = SOUND;
    const problems = scenarioProblems(rest);
    assertEquals(problems.map((problem) => problem.split(" ").slice(0, 2).join(" ").replace("()", "")), [
      `no ${field}`,
    ]);
  });
}

Deno.test("scenarioProblems names clauses and features that there are not, and ids that are none", () => {
  const first = (changes: object) => scenarioProblems({ ...SOUND, ...changes })[0]?.split(":")[0];
  assertEquals(first({ clauses: ["RTE-99"] }), 'Cannot find clause "RTE-99"');
  assertEquals(first({ clauses: [] }), "no clauses (ids such as RTE-01)");
  assertEquals(first({ needs: ["teleport"] }), "needs teleport (known");
  assertEquals(first({ topology: {} }), "no topology (at least one service)");
  for (const id of ["", "/a", "a//b", "../a", "a b", "a:b"]) {
    assertEquals(first({ id }), "no id of the form family/name");
  }
});
