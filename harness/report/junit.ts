import { create } from "xmlbuilder2";
import type { Report } from "./schema.ts";

/** The report as JUnit XML: a suite a mesh, a case a clause of a cell; recorded deviations are skipped, with their cause. */
export function junit(report: Report): string {
  // One control character in an error message, and no reader of JUnit files would take any of it.
  const root = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: "\ufffd" }).ele(
    "testsuites",
    {
      name: "meshproof",
      time: report.run.wallSeconds.toFixed(3),
    },
  );
  for (const mesh of report.meshes) {
    const cases = mesh.cells.flatMap((cell) => cell.clauses.map((clause) => ({ cell, clause })));
    const count = (holds: (item: typeof cases[number]) => boolean) => cases.filter(holds).length;
    const suite = root.ele("testsuite", {
      name: mesh.name,
      tests: cases.length,
      failures: count(({ clause }) => clause.verdict === "fail" && clause.deviation === undefined),
      errors: count(({ clause }) => ["error", "inconclusive", "vacuous"].includes(clause.verdict)),
      skipped: count(({ clause }) => clause.verdict === "unsupported" || clause.deviation !== undefined),
      time: mesh.cells.reduce((sum, cell) => sum + cell.seconds, 0).toFixed(3),
    });
    for (const { cell, clause } of cases) {
      const test = suite.ele("testcase", {
        classname: `${mesh.name}.${cell.scenario}`,
        name: clause.id,
        time: cell.seconds.toFixed(3),
      });
      const text = `expected: ${clause.expected}\nactual: ${clause.actual}\n` +
        clause.evidence.map((event) => `${event.t} ${event.source} ${event.text}`).join("\n");
      if (clause.deviation !== undefined) {
        test.ele("skipped", {
          message: `recorded deviation: ${clause.deviation.cause} ${clause.deviation.link}`,
        });
      } else if (clause.verdict === "unsupported") test.ele("skipped", { message: clause.actual });
      else if (clause.verdict === "fail") test.ele("failure", { message: clause.actual }).txt(text);
      else if (clause.verdict !== "pass") {
        test.ele("error", { type: clause.verdict, message: clause.actual }).txt(text);
      }
    }
  }
  return root.end({ prettyPrint: true }) + "\n";
}
