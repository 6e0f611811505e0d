import { assertEquals } from "@std/assert";
import { type Catalogue, checkCatalogue, type ScenarioFacts } from "./catalogue.ts";

const COUNT: ScenarioFacts = {
  path: "scenarios/retry/count.ts",
  id: "retry/count",
  clauses: ["RTY-01"],
  mutants: ["retry-one-less"],
  policy: "count.yaml",
};

const SOUND: Catalogue = {
  scenarios: [COUNT],
  clauses: new Set(["RTY-01", "RTY-02"]),
  mutants: new Map([["retry-one-less", "RTY-01"]]),
  policies: new Map([["scenarios/retry/count.yaml", ""]]),
  texts: ['policy: "count.yaml"'],
};

function messages(change: Partial<Catalogue>): string[] {
  return checkCatalogue({ ...SOUND, ...change }).map(({ path, message }) => `${path} ${message}`);
}

/** The sound scenario with something changed. */
function scenario(change: Partial<ScenarioFacts>): string[] {
  return messages({ scenarios: [{ ...COUNT, ...change }] });
}

Deno.test("checkCatalogue finds nothing in a sound catalogue", () => {
  assertEquals(messages({}), []);
});

Deno.test("checkCatalogue refuses a scenario whose id is not its place", () => {
  assertEquals(scenario({ id: "retry/counts" }), [
    'scenarios/retry/count.ts has the id "retry/counts": expected "retry/count", as the file stands',
  ]);
});

Deno.test("checkCatalogue refuses two scenarios with one id", () => {
  const twin = { ...COUNT, path: "scenarios/retry/count.ts" };
  assertEquals(messages({ scenarios: [COUNT, twin] }), [
    'scenarios/retry/count.ts has the id "retry/count", and so has scenarios/retry/count.ts',
  ]);
});

Deno.test("checkCatalogue refuses a clause that is not specified, and one named twice", () => {
  assertEquals(scenario({ clauses: ["RTY-01", "RTY-99"] }), [
    'scenarios/retry/count.ts judges "RTY-99", which is no clause of the specification',
  ]);
  assertEquals(scenario({ clauses: ["RTY-01", "RTY-01"] }), [
    'scenarios/retry/count.ts names "RTY-01" twice in its clauses',
  ]);
});

Deno.test("checkCatalogue refuses a mutant that does not exist, and one that breaks another clause", () => {
  assertEquals(scenario({ mutants: ["retry-one-less", "retry-none"] }), [
    'scenarios/retry/count.ts names the mutant "retry-none", which is not in fixtures/mutants/mod.ts',
  ]);
  assertEquals(scenario({ clauses: ["RTY-02"] }), [
    'scenarios/retry/count.ts names the mutant "retry-one-less", which breaks RTY-01; the scenario judges RTY-02',
  ]);
});

Deno.test("checkCatalogue refuses a scenario without clauses or mutants", () => {
  assertEquals(scenario({ clauses: [], mutants: [] }), [
    "scenarios/retry/count.ts judges no clause: name one, or delete it",
    "scenarios/retry/count.ts names no mutant: a scenario that no mutant fails cannot fail",
    'fixtures/mutants/mod.ts mutant "retry-one-less" is named by no scenario: name it, or delete it',
  ]);
});

Deno.test("checkCatalogue refuses a mutant of no clause", () => {
  const mutants = new Map([["retry-one-less", "RTY-01"], ["odd", "ODD-01"]]);
  assertEquals(messages({ mutants, scenarios: [{ ...COUNT, mutants: ["retry-one-less", "odd"] }] }), [
    'scenarios/retry/count.ts names the mutant "odd", which breaks ODD-01; the scenario judges RTY-01',
    'fixtures/mutants/mod.ts mutant "odd" breaks "ODD-01", which is no clause',
  ]);
});

Deno.test("checkCatalogue refuses a policy that is missing, broken or unused", () => {
  assertEquals(scenario({ policy: "none.yaml" }), [
    "scenarios/retry/count.ts needs the policy scenarios/retry/none.yaml, which does not exist",
  ]);
  const policies = new Map([["scenarios/retry/count.yaml", "bad line"], ["scenarios/retry/old.yaml", ""]]);
  assertEquals(messages({ policies }), [
    "scenarios/retry/count.yaml does not parse: bad line",
    "scenarios/retry/old.yaml is used by no scenario: delete it",
  ]);
});
