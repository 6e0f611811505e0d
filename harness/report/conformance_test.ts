import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import project from "../../deno.json" with { type: "json" };
import { conformance, conformanceYaml } from "./conformance.ts";
import { conformanceSchema } from "./conformance_schema.ts";
import type { Report } from "./schema.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

const REPORT = whole(report(
  mesh("reference", cell("a/one", result("RTE-01", "pass"), result("RTY-01", "pass"))),
  mesh("direct", cell("a/one", result("RTE-01", "fail"))),
  mesh(
    "envoy",
    cell(
      "a/one",
      result("RTY-01", "pass"),
      deviating("RTY-02"),
      result("RTY-06", "pass"),
      result("RTY-08", "unsupported"),
    ),
    cell("a/two", result("BRK-01", "unsupported", { actual: "not\n declared" }), result("BRK-02", "pass")),
    cell("a/three", result("CFG-01", "inconclusive")),
  ),
));

/** The same as a run of the whole catalogue. */
function whole(each: Report): Report {
  return { ...each, run: { ...each.run, command: "run --seed 7" } };
}

Deno.test("conformanceYaml holds a document a mesh that reads back as what conformance gives, and none for direct", () => {
  const documents = parseAllDocuments(conformanceYaml(REPORT)).map((each) =>
    conformanceSchema.parse(each.toJS())
  );
  assertEquals(documents, [...conformance(REPORT)]);
  assertEquals(documents.map((each) => each.implementation.project), ["reference", "envoy"]);
  const [, envoy] = documents;
  assertEquals(envoy?.kind, "ConformanceReport");
  assertEquals(envoy?.date, REPORT.run.startedAt);
  assertEquals(envoy?.meshproofVersion, project.version);
  assertEquals(envoy?.implementation, {
    organization: "envoyproxy",
    project: "envoy",
    url: "https://github.com/envoyproxy/envoy",
    version: "1.0",
    contact: ["https://github.com/envoyproxy/envoy/issues"],
  });
});

Deno.test("conformance has a profile a family in the specification's order, with core and extended apart", () => {
  const [, envoy] = conformance(REPORT);
  assertEquals(envoy?.profiles.map(({ name, core }) => [name, core.result]), [
    ["CFG", "partial"],
    ["BRK", "partial"],
    ["RTY", "failure"],
  ]);
  const [cfg, brk, rty] = envoy?.profiles ?? [];
  assertEquals(cfg?.core.skippedTests, ["CFG-01"]);
  assertEquals(brk?.core, {
    result: "partial",
    statistics: { Passed: 1, Skipped: 1, Failed: 0 },
    skippedTests: ["BRK-01"],
  });
  assertEquals(rty?.core, {
    result: "failure",
    statistics: { Passed: 1, Skipped: 0, Failed: 1 },
    failedTests: ["RTY-02"],
  });
  assertEquals(rty?.extended, {
    result: "success",
    statistics: { Passed: 1, Skipped: 0, Failed: 0 },
    supportedFeatures: ["RTY-06"],
    unsupportedFeatures: ["RTY-08"],
  });
  assertEquals(
    rty?.summary,
    "Retry: core failure (1 of 2 judged clauses kept), extended success (1 of 1 judged clauses kept); " +
      "the run has 4 of the family's 11 clauses.",
  );
});

Deno.test("conformance of a selection is partial at best", () => {
  for (const option of ["--clause 'RTE-*'", "--scenario routing/a", "--shard 1/2"]) {
    const command = `run --seed 7 ${option}`;
    const [mesh] = conformance({ ...REPORT, run: { ...REPORT.run, command } });
    assertEquals(mesh?.profiles.map(({ core }) => core.result), ["partial", "partial"]);
  }
  assertEquals(conformance(REPORT)[0]?.profiles.map(({ core }) => core.result), ["success", "success"]);
});

Deno.test("conformanceYaml says behind each clause that was not kept why that is so, in one line", () => {
  const yaml = conformanceYaml(REPORT);
  assertStringIncludes(yaml, "- BRK-01 # unsupported: not declared\n");
  assertStringIncludes(
    yaml,
    "- RTY-02 # recorded deviation, https://example.org/issue/1: its makers chose otherwise\n",
  );
  assertStringIncludes(yaml, "- RTY-08 # unsupported: RTY-08 is unsupported\n");
});

Deno.test("conformanceYaml claims nothing after a control breach, nor of a mesh that could not be had", () => {
  const breached = conformanceYaml({ ...REPORT, breaches: ["reference fails RTE-01"] });
  assertEquals(breached.split("\n").filter((line) => line !== "" && !line.startsWith("#")), []);
  assertEquals(
    conformanceYaml(report({ ...mesh("envoy"), unavailable: "no binary" })),
    "# No mesh was judged.\n",
  );
});

Deno.test("conformance leaves the makers of a mesh of somebody's own to be filled in", () => {
  const [own] = conformance(report(mesh("constructor", cell("a/one", result("RTE-01", "pass")))));
  assertEquals(own?.implementation, {
    organization: "",
    project: "constructor",
    url: "",
    version: "1.0",
    contact: [],
  });
});
