import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { badgeSchema } from "../report/badge_schema.ts";
import { conformanceSchema } from "../report/conformance_schema.ts";
import { reportSchema } from "../report/schema.ts";
import { cell, mesh, report, result } from "../report/testing/report_builder.ts";
import { writeReport } from "./show_report.ts";

Deno.test("writeReport leaves every file of a run, each as its schema has it", async () => {
  const out = await Deno.makeTempDir({ prefix: "meshproof-report-" });
  try {
    const whole = report(mesh("envoy", cell("routing/a", result("RTE-01", "pass"))));
    await writeReport(out, whole);

    const files = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assertEquals(files, ["badge.json", "conformance.yaml", "junit.xml", "report.html", "report.json"]);
    const text = (name: string) => Deno.readTextFile(`${out}/${name}`);
    assertEquals(reportSchema.parse(JSON.parse(await text("report.json"))), whole);
    assertEquals(badgeSchema.parse(JSON.parse(await text("badge.json"))).message, "envoy 1/1");
    const documents = parseAllDocuments(await text("conformance.yaml"));
    assertEquals(documents.map((each) => conformanceSchema.parse(each.toJS()).implementation.project), [
      "envoy",
    ]);
    assertStringIncludes(await text("junit.xml"), 'name="RTE-01"');
    // The run is not in `reports/`, so what replays it names its folder.
    assertStringIncludes(await text("report.html"), `replay ${out}:envoy/routing/a`);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
