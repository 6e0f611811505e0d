import { assertEquals } from "@std/assert";
import { badge } from "./badge.ts";
import { badgeSchema } from "./badge_schema.ts";
import type { MeshReport, Report } from "./schema.ts";
import { cell, deviating, mesh, report, result } from "./testing/report_builder.ts";

const REFERENCE = mesh("reference", cell("a/one", result("RTE-01", "pass"), result("RTE-05", "pass")));
const DIRECT = mesh("direct", cell("a/one", result("RTE-01", "fail"), result("RTE-05", "fail")));

/** A mesh that keeps so many of so many clauses. */
function keeping(name: string, kept: number, judged: number): MeshReport {
  const one = mesh(name);
  return {
    ...one,
    score: {
      kept,
      judged,
      total: judged,
      core: { kept, judged },
      extended: { kept: 0, judged: 0 },
      profiles: {},
    },
  };
}

function told(whole: Report): readonly [string, string] {
  const { message, color } = badgeSchema.parse(badge(whole));
  return [message, color];
}

Deno.test("badge is what a shields.io endpoint reads, and leaves the controls out", () => {
  const envoy = mesh("envoy", cell("a/one", result("RTE-01", "pass"), deviating("RTE-05")));
  assertEquals(badge(report(REFERENCE, DIRECT, envoy)), {
    schemaVersion: 1,
    label: "mesh conformance",
    message: "envoy 1/2",
    color: "orange",
  });
});

Deno.test("badge names up to three meshes, and gives the range of more", () => {
  const four = [keeping("a", 23, 23), keeping("b", 22, 23), keeping("c", 18, 23), keeping("d", 20, 20)];
  assertEquals(told(report(...four.slice(0, 3))), ["a 23/23, b 22/23, c 18/23", "yellow"]);
  assertEquals(told(report(REFERENCE, DIRECT, ...four)), ["4 meshes, 78 to 100 %", "yellow"]);
  assertEquals(told(report(...["a", "b", "c", "d"].map((name) => keeping(name, 9, 10)))), [
    "4 meshes, 90 %",
    "green",
  ]);
});

Deno.test("badge is bright green only where every judged clause is kept", () => {
  assertEquals(told(report(keeping("envoy", 1000, 1000))), ["envoy 1000/1000", "brightgreen"]);
  assertEquals(told(report(keeping("envoy", 999, 1000))), ["envoy 999/1000", "green"]);
  assertEquals(told(report(keeping("envoy", 1, 1000))), ["envoy 1/1000", "red"]);
});

Deno.test("badge of a run of controls alone is theirs", () => {
  assertEquals(told(report(REFERENCE)), ["reference 2/2", "brightgreen"]);
});

Deno.test("badge claims nothing after a control breach, and nothing of a mesh that was not judged", () => {
  const breached = badge({ ...report({ ...REFERENCE, score: null }), breaches: ["reference fails RTE-01"] });
  assertEquals([breached.message, breached.color, breached.isError], ["harness in doubt", "lightgrey", true]);
  assertEquals(told(report({ ...mesh("envoy"), unavailable: "no binary" })), ["not judged", "lightgrey"]);
});
