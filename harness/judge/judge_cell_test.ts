import { assertEquals, assertMatch } from "@std/assert";
import type { Policy } from "../model/policy.ts";
import type { ClauseVerdict } from "../model/verdict.ts";
import { claim, clause } from "./check.ts";
import { errorVerdicts, judgeCell, unsupportedVerdicts } from "./judge_cell.ts";
import { scenario } from "./scenario.ts";
import { history } from "./testing/history_builder.ts";

const POLICY: Policy = { routes: [], destinations: [], mutualTls: "DISABLE", file: "none.yaml" };
const sound = (id: string) => clause(id, claim("a", "b", true));

function judgedBy(judge: () => readonly ClauseVerdict[]) {
  const judged = scenario({
    id: "test/judge",
    clauses: ["RTE-01", "RTE-05"],
    needs: [],
    topology: {},
    policy: "none.yaml",
    mutants: [],
    drive: () => Promise.resolve(),
    judge,
  });
  return judgeCell(judged, history().call("phase").events, POLICY);
}

function assertErrors(judge: () => readonly ClauseVerdict[], says: RegExp): void {
  const verdicts = judgedBy(judge);
  assertEquals(verdicts.map(({ id, verdict }) => [id, verdict]), [["RTE-01", "error"], ["RTE-05", "error"]]);
  for (const { actual } of verdicts) assertMatch(actual, says);
}

Deno.test("judgeCell gives one verdict for each clause, in the scenario's order", () => {
  const verdicts = judgedBy(() => [sound("RTE-05"), sound("RTE-01")]);
  assertEquals(verdicts.map(({ id, verdict }) => [id, verdict]), [["RTE-01", "pass"], ["RTE-05", "pass"]]);
});

Deno.test("judgeCell hands the judge a joined history and the policy", () => {
  const judged = scenario({
    id: "test/judge",
    clauses: ["RTE-01"],
    needs: [],
    topology: {},
    policy: "none.yaml",
    mutants: [],
    drive: () => Promise.resolve(),
    judge: (h, policy) => [
      clause(
        "RTE-01",
        h.phase("phase").everyCall({ attempts: 1 }),
        claim("", policy.file, policy === POLICY),
      ),
    ],
  });
  assertEquals(judgeCell(judged, history().call("phase").events, POLICY)[0]?.verdict, "pass");
});

Deno.test("judgeCell makes errors of a judge that throws", () => {
  assertErrors(() => {
    throw new RangeError("no such subset");
  }, /the judge threw: no such subset/);
  assertErrors(() => {
    // deno-lint-ignore no-throw-literal -- what judges of others throw need not be an error
    throw "a string";
  }, /the judge threw: a string/);
});

Deno.test("judgeCell makes errors of a judge that gives no list: a promise, or nothing", () => {
  const asynchronous = () => Promise.resolve([sound("RTE-01")]) as unknown as readonly ClauseVerdict[];
  assertErrors(asynchronous, /expected a list of verdicts/);
  assertErrors(() => undefined as unknown as readonly ClauseVerdict[], /expected a list of verdicts/);
});

Deno.test("judgeCell makes errors of all when the judge speaks of a clause that the scenario does not list", () => {
  assertErrors(() => [sound("RTE-01"), sound("RTE-05"), sound("RTE-07")], /spoke of RTE-07/);
});

Deno.test("judgeCell makes an error of a clause that is left out or doubled, and keeps the other's verdict", () => {
  const missing = judgedBy(() => [sound("RTE-01")]);
  assertEquals(missing.map(({ verdict }) => verdict), ["pass", "error"]);
  assertMatch(missing[1]?.actual ?? "", /the judge gave 0 verdicts/);
  const doubled = judgedBy(() => [sound("RTE-01"), sound("RTE-01"), sound("RTE-05")]);
  assertEquals(doubled.map(({ verdict }) => verdict), ["error", "pass"]);
  assertMatch(doubled[0]?.actual ?? "", /the judge gave 2 verdicts/);
});

Deno.test("errorVerdicts gives every clause of the scenario the reason", () => {
  const verdicts = errorVerdicts({ clauses: ["RTE-01", "RTE-05"] } as never, "etcd did not start");
  assertEquals(verdicts.map(({ id, verdict, actual }) => [id, verdict, actual]), [
    ["RTE-01", "error", "etcd did not start"],
    ["RTE-05", "error", "etcd did not start"],
  ]);
});

Deno.test("unsupportedVerdicts speaks of every clause of the scenario, with the reason", () => {
  const verdicts = unsupportedVerdicts({ clauses: ["RTE-01", "RTE-05"] }, "no netem");
  assertEquals(verdicts.map(({ id, verdict, actual }) => [id, verdict, actual]), [
    ["RTE-01", "unsupported", "no netem"],
    ["RTE-05", "unsupported", "no netem"],
  ]);
});
