import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Feature, MeshAdapter } from "../model/mesh.ts";
import type { LoadedScenario } from "./load_scenarios.ts";
import { planCells, type Selection, SelectionError, selectScenarios, unsupportedReason } from "./plan.ts";

function loaded(
  id: string,
  clauses: readonly string[],
  more: { needs?: Feature[]; seconds?: number } = {},
): LoadedScenario {
  return {
    file: `/scenarios/${id}.ts`,
    folder: "/scenarios",
    scenario: {
      id,
      clauses,
      needs: more.needs ?? [],
      topology: { echo: { instances: 1 } },
      policy: "none.yaml",
      mutants: [],
      drive: () => Promise.resolve(),
      judge: () => [],
      ...(more.seconds === undefined ? {} : { seconds: more.seconds }),
    },
  };
}

const ALL = [
  loaded("breaking/life_cycle", ["BRK-02", "BRK-03"]),
  loaded("configuration/push", ["CFG-01"]),
  loaded("routing/canary_header", ["RTE-01"]),
  loaded("routing/weights", ["RTE-05"]),
];

function ids(selection: Selection): string[] {
  return selectScenarios(ALL, selection).map(({ scenario }) => scenario.id);
}

function adapter(name: string, ...features: Feature[]): MeshAdapter {
  return {
    name,
    features: new Set(features),
    tools: [],
    unsupportedFields: {},
    version: () => Promise.resolve("1"),
    start: () => Promise.reject(new Error("not started in this test")),
  };
}

Deno.test("selectScenarios without a selection takes all", () => {
  assertEquals(ids({}).length, 4);
});

Deno.test("selectScenarios matches ids and clauses as a shell does, braces too", () => {
  assertEquals(ids({ scenario: "routing/*" }), ["routing/canary_header", "routing/weights"]);
  assertEquals(ids({ scenario: "{breaking,routing}/{life_cycle,weights}" }), [
    "breaking/life_cycle",
    "routing/weights",
  ]);
  assertEquals(ids({ scenario: "**/w?ights" }), ["routing/weights"]);
  assertEquals(ids({ clause: "{RTE,CFG}-*" }), [
    "configuration/push",
    "routing/canary_header",
    "routing/weights",
  ]);
  assertEquals(ids({ clause: "BRK-03" }), ["breaking/life_cycle"]);
  assertEquals(ids({ clause: "RTE-0[1-4]" }), ["routing/canary_header"]);
  assertEquals(ids({ scenario: "routing/*", clause: "*-05" }), ["routing/weights"]);
});

const NOTHING: readonly (readonly [Selection, string, string])[] = [
  [
    { scenario: "routing" },
    "--scenario routing: expected a glob that matches",
    "routing/canary_header, routing/weights",
  ],
  [{ scenario: "" }, "--scenario : expected a glob", "breaking/life_cycle"],
  [
    { clause: "rte-01" },
    "--clause rte-01: expected a glob that matches",
    "BRK-02, BRK-03, CFG-01, RTE-01, RTE-05",
  ],
  [{ scenario: "routing/*", clause: "BRK-*" }, "--clause BRK-*", "known: RTE-01, RTE-05"],
  [{ shard: { index: 5, count: 5 } }, "--shard 5/5: expected at least one scenario", "found none of 4"],
];

for (const [selection, says, known] of NOTHING) {
  Deno.test(`selectScenarios refuses ${JSON.stringify(selection)}, which picks nothing, and names what there is`, () => {
    const error = assertThrows(() => ids(selection), SelectionError, says);
    assertStringIncludes(error.message, known);
  });
}

Deno.test("selectScenarios shards by the scenarios' seconds, 1 where none are given, or by another weight", () => {
  const all = [loaded("a", ["RTE-01"]), loaded("b", ["RTE-01"], { seconds: 9 }), loaded("c", ["RTE-01"])];
  const share = (index: number, weightOf?: () => number) =>
    selectScenarios(all, { shard: { index, count: 2 } }, weightOf).map(({ scenario }) => scenario.id);
  assertEquals([share(1), share(2)], [["b"], ["a", "c"]]);
  assertEquals([share(1, () => 1), share(2, () => 1)], [["a", "c"], ["b"]]);
});

Deno.test("selectScenarios shards what the globs match, and not the whole catalogue", () => {
  const share = (index: number) => ids({ scenario: "routing/*", shard: { index, count: 2 } });
  assertEquals([share(1), share(2)], [["routing/canary_header"], ["routing/weights"]]);
});

Deno.test("selectScenarios shards into shares that hold each scenario exactly once and, of equals, differ by one at most", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
    .filter(([scenarios, count]) => count <= scenarios);
  fc.assert(
    fc.property(sizes, ([scenarios, count]) => {
      const all = Array.from({ length: scenarios }, (_, index) => loaded(`a/${index}`, ["RTE-01"]));
      const shares = Array.from(
        { length: count },
        (_, index) => selectScenarios(all, { shard: { index: index + 1, count } }),
      );
      const lengths = shares.map((share) => share.length);
      assertEquals(shares.flat().map(({ file }) => file).sort(), all.map(({ file }) => file).sort());
      assert(Math.max(...lengths) - Math.min(...lengths) <= 1, lengths.join());
    }),
    { seed: 3, numRuns: 50 },
  );
});

Deno.test("unsupportedReason names the features that a mesh does not declare", () => {
  const scenario = loaded("a/b", ["RTE-01"], { needs: ["routing", "retry", "subset"] });
  assertEquals(
    unsupportedReason(adapter("nginx", "routing"), scenario),
    "nginx does not declare retry, subset",
  );
  assertEquals(unsupportedReason(adapter("nginx", "routing", "retry", "subset"), scenario), undefined);
});

Deno.test("unsupportedReason is none for direct, which is judged on every clause", () => {
  const scenario = loaded("a/b", ["RTE-01"], { needs: ["routing"] });
  assertEquals(unsupportedReason(adapter("direct"), scenario), undefined);
});

Deno.test("planCells takes every supported pair, the longest first", () => {
  const scenarios = [
    loaded("a/short", ["RTE-01"]),
    loaded("a/long", ["RTE-05"], { seconds: 9, needs: ["retry"] }),
    loaded("a/middle", ["RTE-07"], { seconds: 4 }),
  ];
  const plans = planCells([adapter("nginx"), adapter("envoy", "retry")], scenarios);
  assertEquals(plans.map(({ mesh, loaded }) => `${mesh.name} ${loaded.scenario.id}`), [
    "envoy a/long",
    "nginx a/middle",
    "envoy a/middle",
    "nginx a/short",
    "envoy a/short",
  ]);
});
