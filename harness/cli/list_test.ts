import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MUTANTS } from "../../fixtures/mutants/mod.ts";
import { clauseById } from "../model/clauses.ts";
import { adapterText, scenarioText } from "./testing/own_files.ts";
import { Workplace } from "./testing/workplace.ts";

interface Listing {
  readonly scenarios: readonly {
    readonly id: string;
    readonly clauses: string[];
    readonly mutants: string[];
  }[];
  readonly meshes: readonly {
    readonly name: string;
    readonly features: string[];
    readonly tools: string[];
  }[];
  readonly mutants: number;
}

Deno.test("meshproof list --json lists scenarios with clauses and mutants, and meshes, the controls first", async () => {
  await using workplace = await Workplace.open();
  const { code, stdout, stderr } = await workplace.run(["list", "--json"]);
  assertEquals([code, stderr], [0, ""]);
  const listing: Listing = JSON.parse(stdout);
  assertEquals(listing.meshes.slice(0, 2).map(({ name }) => name), ["reference", "direct"]);
  assertEquals(listing.mutants, MUTANTS.length);
  const noRoute = listing.scenarios.find(({ id }) => id === "routing/no_route");
  assertEquals(noRoute?.clauses, ["RTE-07"]);
  for (const { clauses } of listing.scenarios) clauses.forEach(clauseById);
});

Deno.test("meshproof list shows every scenario, and --features what each mesh declares", async () => {
  await using workplace = await Workplace.open();
  const [plain, features] = await Promise.all([
    workplace.run(["list"]),
    workplace.run(["list", "--features"]),
  ]);
  assertEquals([plain.code, features.code], [0, 0]);
  assertStringIncludes(plain.stdout, "routing/no_route");
  assertStringIncludes(plain.stdout, "meshes: reference, direct");
  assertStringIncludes(features.stdout, "circuit-breaker");
});

Deno.test("meshproof list takes scenarios and adapters of the user's own", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy", clause: "RTE-01" }));
  await workplace.write("mesh.ts", adapterText("mine", ""));
  const { code, stdout } = await workplace.run([
    ...["list", "--json", "--scenarios", "mine", "--adapter", "mesh.ts"],
  ]);
  const listing: Listing = JSON.parse(stdout);
  assertEquals(code, 0);
  assertEquals(listing.scenarios.map(({ id }) => id), ["mine/easy"]);
  assertEquals(listing.meshes.at(-1)?.name, "mine");
});

interface Tool {
  readonly name: string;
  readonly ok: boolean;
  readonly neededFor: string;
  readonly howTo: readonly string[];
}

Deno.test("meshproof doctor --json says of every tool whether it is there, and where or how to get it", async () => {
  await using workplace = await Workplace.open();
  const { code, stdout, stderr } = await workplace.run(["doctor", "--json"]);
  const health: { ready: boolean; deno: string; tools: Tool[] } = JSON
    .parse(stdout);
  assertEquals([code, stderr], [health.ready ? 0 : 2, ""]);
  assertEquals(health.deno, Deno.version.deno);
  assertEquals(health.ready, health.tools.every(({ ok, neededFor }) => ok || neededFor !== "runs"));
  assert(health.tools.some(({ name }) => name === "etcd"), stdout);
  for (const { name, ok, howTo } of health.tools) assert(ok || howTo.length > 0, `how to get ${name}`);
});
