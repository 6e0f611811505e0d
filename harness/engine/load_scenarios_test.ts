import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadScenarios } from "./load_scenarios.ts";

/** A scenario's file that needs no import. */
function scenarioText(id: string, change = ""): string {
  return `export default {
    id: ${JSON.stringify(id)},
    clauses: ["RTE-01"],
    needs: [],
    topology: { echo: { instances: 1 } },
    policy: "policy.yaml",
    mutants: [],
    drive: () => Promise.resolve(),
    judge: () => [],
    ${change}
  };`;
}

/** Loads a folder with these files. */
async function load(files: Readonly<Record<string, string>>) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "meshproof-scenarios-" }));
  // What means something in a URL means nothing in a path.
  const folder = `${root}/my scenarios #1?%20`;
  await Deno.mkdir(folder);
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}`.slice(0, `${folder}/${name}`.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return { folder, loaded: await loadScenarios(folder) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("loadScenarios loads every scenario below a folder by id, and leaves tests and policies alone", async () => {
  const { folder, loaded } = await load({
    "zeta/first.ts": scenarioText("alpha/first"),
    "zeta/first_test.ts": "throw new Error('a test is no scenario');",
    "zeta/policy.yaml": "",
    "alone.ts": scenarioText("zeta/alone"),
  });
  assertEquals(loaded.map(({ scenario }) => scenario.id), ["alpha/first", "zeta/alone"]);
  assertEquals(loaded.map((each) => each.folder), [`${folder}/zeta`, folder]);
  assertEquals(loaded[0]?.file, `${folder}/zeta/first.ts`);
});

Deno.test("loadScenarios of an empty folder is empty", async () => {
  assertEquals((await load({})).loaded, []);
});

const MALFORMED: Readonly<Record<string, readonly [string, string]>> = {
  "no default export": ["export const scenario = 1;", "found none"],
  "a default export that is no object": ['export default "routing";', "found a string"],
  "no judge": [scenarioText("a/b", "judge: undefined,"), "found no judge()"],
  "no drive and no clauses": [
    scenarioText("a/b", "drive: 1, clauses: [],"),
    "no clauses (ids such as RTE-01); no drive()",
  ],
  "a clause that does not exist": [
    scenarioText("a/b", 'clauses: ["RTE-99"],'),
    'Cannot find clause "RTE-99"',
  ],
  "a feature that does not exist": [
    scenarioText("a/b", 'needs: ["routeing"],'),
    "needs routeing (known: routing",
  ],
  "an id that is none": [scenarioText("../b"), "no id of the form family/name"],
  "a module that throws": ["throw new Error('out of order');", "out of order"],
  "a module that does not parse": ["export default {", "expected a TypeScript file with a scenario"],
};

for (const [what, [text, says]] of Object.entries(MALFORMED)) {
  Deno.test(`loadScenarios names the file and refuses ${what}`, async () => {
    const error = await assertRejects(() => load({ "family/broken.ts": text }), TypeError);
    assertStringIncludes(error.message, "/family/broken.ts: expected");
    assertStringIncludes(error.message, says);
  });
}

Deno.test("loadScenarios names both files of two scenarios with one id", async () => {
  const files = { "a/one.ts": scenarioText("routing/twin"), "b/two.ts": scenarioText("routing/twin") };
  const error = await assertRejects(() => load(files), TypeError, '"routing/twin"');
  assert(/b\/two\.ts: expected an id of its own.*a\/one\.ts has too/.test(error.message), error.message);
});

Deno.test("loadScenarios says that a folder is not there", async () => {
  await assertRejects(() => loadScenarios("/no/such/folder"), Deno.errors.NotFound);
});

Deno.test("loadScenarios loads the catalogue: ids as the files stand, a clause and a mutant each", async () => {
  const loaded = await loadScenarios();
  assert(loaded.length >= 25);
  for (const { scenario, file } of loaded) {
    assert(file.endsWith(`/scenarios/${scenario.id}.ts`), `${file}: ${scenario.id}`);
    assert(scenario.mutants.length > 0, `${scenario.id} names no mutant`);
  }
});
