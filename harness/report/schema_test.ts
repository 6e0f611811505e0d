import { assertEquals, assertThrows } from "@std/assert";
import { type MutantsReport, mutantsSchema, reportSchema, schemas } from "./schema.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

const REPORT = report(mesh(
  "reference",
  cell(
    "routing/canary_header",
    result("RTE-01", "pass", { evidence: [{ seq: 3, t: 1.5, source: "client", text: "sent a" }] }),
    deviating("RTE-05"),
  ),
));

const MUTANTS: MutantsReport = {
  schema: "meshproof.mutants/v1",
  seed: 7,
  total: 1,
  killed: 1,
  survivors: [],
  mutants: [{
    id: "header-match-ignored",
    clause: "RTE-01",
    scenario: "routing/canary_header",
    killed: true,
    verdict: "fail",
    actual: "at echo-1",
  }],
  scenarios: [{ id: "routing/canary_header", kills: 1 }],
};

Deno.test("reportSchema reads back what was written, also without a score", () => {
  for (const each of [REPORT, { ...REPORT, meshes: REPORT.meshes.map((one) => ({ ...one, score: null })) }]) {
    assertEquals(reportSchema.parse(JSON.parse(JSON.stringify(each))), each);
  }
});

Deno.test("mutantsSchema reads back what was written", () => {
  assertEquals(mutantsSchema.parse(JSON.parse(JSON.stringify(MUTANTS))), MUTANTS);
});

/** A report with one value replaced at a path such as `run.seed`. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(REPORT) as unknown as Record<string, unknown>;
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let at = copy;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  at[last] = value;
  return copy;
}

const MALFORMED: Readonly<Record<string, unknown>> = {
  "schema": "meshproof.report/v2",
  "colour": "green",
  "run.seed": 1.5,
  "run.startedAt": "yesterday",
  "run.runtime": "podman",
  "run.hostname": "example",
  "run.shard": { index: 3, count: 2 },
  "repeat": 2,
  "meshes.0.score.kept": -1,
  "meshes.0.cells.0.clauses.0.verdict": "passed",
  "meshes.0.cells.0.clauses.0.evidence.0.t": null,
  "meshes.0.cells.0.clauses.1.deviation.link": "the manual",
  "exitCode": 3,
};

for (const [path, value] of Object.entries(MALFORMED)) {
  Deno.test(`reportSchema refuses ${path} = ${JSON.stringify(value)}`, () => {
    const parsed = reportSchema.safeParse(changed(path, value));
    assertEquals(parsed.success, false);
    const parent = path.split(".").slice(0, -1).join(".");
    // An unknown field is told at its parent, any other at itself.
    const told = parsed.error?.issues[0]?.path.join(".");
    assertEquals(told === path || told === parent, true, told);
  });
}

Deno.test("mutantsSchema refuses an unknown field", () => {
  assertThrows(() => mutantsSchema.parse({ ...MUTANTS, flaky: 1 }), Error, "flaky");
});

for (const [name, schema] of Object.entries(schemas())) {
  Deno.test(`${name} is what schema.ts makes: else run deno task schemas`, async () => {
    const file = new URL(`./schema/${name}`, import.meta.url);
    assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(JSON.stringify(schema)));
  });
}

Deno.test("the JSON Schemas forbid unknown fields, as the schemas that they are made from do", () => {
  for (const schema of Object.values(schemas())) {
    assertEquals((schema as { additionalProperties?: unknown }).additionalProperties, false);
  }
});
