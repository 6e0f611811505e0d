import { assertEquals, assertMatch } from "@std/assert";
import type { Verdict } from "../model/verdict.ts";
import { runtimeLacks } from "../model/runtime.ts";
import type { ClauseReport, MeshReport } from "./schema.ts";
import { breachesOf, clausesOf, exitCodeOf, scoreOf, type StaleDeviation } from "./score.ts";
import { cell, deviating, mesh, result } from "./testing/report_builder.ts";

/** The exit code of a run over these meshes, with the breaches that they show. */
function exitCode(meshes: readonly MeshReport[], stale: readonly StaleDeviation[] = []): number {
  return exitCodeOf({ meshes: [...meshes], breaches: breachesOf(meshes) }, stale);
}

/** A mesh that is no control, with one clause of each verdict. */
function envoy(...verdicts: readonly Verdict[]): MeshReport {
  const ids = ["RTE-01", "RTE-05", "RTE-07", "RTY-01"];
  return mesh(
    "envoy",
    cell("test/all", ...verdicts.map((verdict, index) => result(ids[index] ?? "", verdict))),
  );
}

Deno.test("clausesOf takes the worst verdict of all cells that judged a clause", () => {
  const clauses = clausesOf(mesh(
    "envoy",
    cell("a/one", result("RTE-01", "pass"), result("RTE-05", "vacuous")),
    cell("a/two", result("RTE-01", "fail"), result("RTE-05", "pass")),
    cell("a/three", result("RTE-01", "inconclusive")),
  ));
  assertEquals([...clauses].map(([id, { verdict }]) => [id, verdict]), [["RTE-01", "fail"], [
    "RTE-05",
    "vacuous",
  ]]);
});

Deno.test("scoreOf counts pass and fail as judged, and a recorded deviation as a failure", () => {
  const score = scoreOf(mesh(
    "envoy",
    cell(
      "a/one",
      result("RTE-01", "pass"),
      result("RTE-05", "fail"),
      deviating("RTE-07"),
      result("RTY-01", "inconclusive"),
      result("RTY-02", "vacuous"),
      result("RTY-06", "pass"),
      result("BRK-01", "unsupported"),
      result("BRK-02", "error"),
    ),
  ));
  assertEquals(score, {
    kept: 2,
    judged: 4,
    total: 8,
    core: { kept: 1, judged: 3 },
    extended: { kept: 1, judged: 1 },
    profiles: {
      BRK: { kept: 0, judged: 0 },
      RTE: { kept: 1, judged: 3 },
      RTY: { kept: 1, judged: 1 },
    },
  });
});

Deno.test("scoreOf counts a clause once, however many cells judge it", () => {
  const { kept, judged, total } = scoreOf(mesh(
    "envoy",
    cell("a/one", result("RTE-01", "pass")),
    cell("a/two", result("RTE-01", "pass")),
  ));
  assertEquals([kept, judged, total], [1, 1, 1]);
});

Deno.test("breachesOf tells a reference that fails, and a direct that keeps what needs a mesh", () => {
  const breaches = breachesOf([
    mesh("reference", cell("a/one", result("RTE-01", "fail", { expected: "canary", actual: "stable" }))),
    mesh("direct", cell("a/one", result("RTE-01", "pass", { actual: "all at the canary" }))),
  ]);
  assertEquals(breaches.length, 2);
  assertMatch(breaches[0] ?? "", /reference fails RTE-01: expected canary; actual stable/);
  assertMatch(breaches[1] ?? "", /direct keeps RTE-01, which needs a mesh: all at the canary/);
});

Deno.test("breachesOf is content with a direct that fails, or keeps what takes no mesh, and with doubts of both", () => {
  assertEquals(
    breachesOf([
      mesh("reference", cell("a/one", result("RTE-01", "inconclusive"), result("RTE-05", "error"))),
      mesh(
        "direct",
        cell("a/one", result("RTE-01", "fail"), result("OBS-01", "pass"), result("RTE-05", "vacuous")),
      ),
      mesh("envoy", cell("a/one", result("RTE-01", "fail"))),
    ]),
    [],
  );
});

const STALE = [{ mesh: "envoy", clause: "RTE-01" }];
const EXIT_CODES:
  readonly (readonly [string, number, readonly MeshReport[], (readonly StaleDeviation[])?])[] = [
    ["everything is kept", 0, [envoy("pass", "pass")]],
    ["nothing was judged but is unsupported", 0, [envoy("unsupported")]],
    ["a failure is a recorded deviation", 0, [mesh("envoy", cell("a/one", deviating("RTE-01")))]],
    ["a clause failed", 1, [envoy("pass", "fail")]],
    ["a clause failed beside a recorded deviation", 1, [
      mesh("envoy", cell("a/one", deviating("RTE-01"), result("RTE-05", "fail"))),
    ]],
    ["a failure stands beside an error and doubts", 1, [envoy("fail", "error", "inconclusive", "vacuous")]],
    ["a recorded deviation passes", 1, [envoy("pass")], STALE],
    ["a recorded deviation passes beside an error", 1, [envoy("pass", "error")], STALE],
    ["the harness broke", 70, [envoy("pass", "error")]],
    ["the harness broke beside doubts", 70, [envoy("inconclusive", "error", "vacuous")]],
    ["the harness could not tell", 2, [envoy("pass", "inconclusive")]],
    ["nothing was proven", 2, [envoy("pass", "vacuous")]],
    ["the reference fails", 70, [mesh("reference", cell("a/one", result("RTE-01", "fail"))), envoy("fail")]],
    ["direct keeps what needs a mesh", 70, [
      mesh("direct", cell("a/one", result("RTE-01", "pass"))),
      envoy("fail"),
    ], STALE],
    ["direct fails", 0, [mesh("direct", cell("a/one", result("RTE-01", "fail"))), envoy("pass")]],
    ["direct could not be judged", 2, [
      mesh("direct", cell("a/one", result("RTE-01", "inconclusive"))),
      envoy("pass"),
    ]],
    ["the harness broke on direct", 70, [
      mesh("direct", cell("a/one", result("RTE-01", "error"))),
      envoy("pass"),
    ]],
  ];

for (const [when, code, meshes, stale] of EXIT_CODES) {
  Deno.test(`exitCodeOf is ${code} when ${when}`, () => assertEquals(exitCode(meshes, stale), code));
}

Deno.test("exitCodeOf is 2 when a verdict was not the same in every round, and nothing worse was seen", () => {
  const flips = [{
    ...{ mesh: "envoy", scenario: "test/all", clause: "RTE-01" },
    verdicts: ["fail", "pass"] as Verdict[],
  }];
  const code = (verdict: Verdict, found: typeof flips) =>
    exitCodeOf({ meshes: [envoy(verdict)], breaches: [], repeat: { rounds: 2, flips: found } }, []);
  assertEquals([code("pass", flips), code("pass", []), code("fail", flips), code("error", flips)], [
    2,
    0,
    1,
    70,
  ]);
});

Deno.test("clausesOf lets no cell that the runtime could not drive hide what another found, whichever comes first", () => {
  const lacking = result("DSC-07", "unsupported", { actual: runtimeLacks("process", "network namespace") });
  const undeclared = result("DSC-07", "unsupported", { actual: "envoy does not declare discovery" });
  const verdict = (...clauses: readonly ClauseReport[]) =>
    clausesOf({ cells: clauses.map((clause, index) => cell(`a/${index}`, clause)) }).get("DSC-07")?.verdict;
  for (const found of ["pass", "fail", "inconclusive"] as const) {
    assertEquals(verdict(lacking, result("DSC-07", found)), found);
    assertEquals(verdict(result("DSC-07", found), lacking), found);
  }
  assertEquals(verdict(lacking, lacking), "unsupported");
  assertEquals(verdict(result("DSC-07", "pass"), undeclared), "unsupported");
});
