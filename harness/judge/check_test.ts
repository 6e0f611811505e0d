import { assertEquals, assertMatch } from "@std/assert";
import { claim, claimWithin, clause, lateness, verdictOf, waiting, witnessed } from "./check.ts";
import { history } from "./testing/history_builder.ts";

Deno.test("claim passes or fails, and keeps the first five events as evidence", () => {
  assertEquals(claim("a", "b", true, [1, 2, 3, 4, 5, 6, 7]), {
    verdict: "pass",
    expected: "a",
    actual: "b",
    evidence: [1, 2, 3, 4, 5],
  });
  assertEquals(claim("a", "b", false).verdict, "fail");
});

Deno.test("claimWithin passes at the bound, whatever the harness did", () => {
  const { judged } = history().lag(900, 50);
  assertEquals(claimWithin(judged, "it", { fromT: 0, toT: 100 }, 100).verdict, "pass");
});

Deno.test("claimWithin blames the mesh when the harness kept its own time", () => {
  const { judged } = history().lag(50, 50);
  const check = claimWithin(judged, "it", { fromT: 0, toT: 101 }, 100, [9]);
  assertEquals(check, {
    verdict: "fail",
    expected: "it within 100 ms",
    actual: "after 101.0 ms",
    evidence: [9],
  });
});

Deno.test("claimWithin cannot tell when the harness was late by more than its budget meanwhile", () => {
  const { judged } = history().lag(51, 50);
  const check = claimWithin(judged, "it", { fromT: 0, toT: 101 }, 100);
  assertEquals(check.verdict, "inconclusive");
  assertMatch(check.actual, /after 101\.0 ms, while the harness itself was up to 51 ms late/);
});

Deno.test("claimWithin does not excuse the mesh by a harness that was late before or long after", () => {
  const { judged } = history().lag(900, 40).lag(1, 120).lag(900, 5_000);
  assertEquals(claimWithin(judged, "it", { fromT: 50, toT: 4_000 }, 60).verdict, "fail");
});

Deno.test("claimWithin does not excuse a miss that is longer than the harness can have been late", () => {
  const span = { fromT: 0, toT: 2_000 };
  const late = (windows: number) =>
    Array.from({ length: windows }, (_, index) => 250 * (index + 1))
      .reduce((cell, t) => cell.lag(60, t), history());
  // Seven windows of 250 ms hold the 1,750 ms that are missing, six do not.
  assertEquals(claimWithin(late(7).judged, "it", span, 250).verdict, "inconclusive");
  assertEquals(claimWithin(late(6).judged, "it", span, 250).verdict, "fail");
  // A loop that stood still is late for as long as it stood.
  assertEquals(claimWithin(history().lag(1_750, 1_900).judged, "it", span, 250).verdict, "inconclusive");
  assertEquals(claimWithin(history().lag(1_700, 1_900).judged, "it", span, 250).verdict, "fail");
});

Deno.test("claimWithin says never of what did not happen", () => {
  const { judged } = history().lag(1, 50);
  const check = claimWithin(judged, "it", { fromT: 0, toT: Infinity }, 100);
  assertEquals([check.verdict, check.actual], ["fail", "never"]);
});

Deno.test("lateness is the mesh's within the harness's budget and nobody's beyond it", () => {
  const span = { fromT: 0, toT: 100 };
  assertEquals(lateness(history().lag(50, 50).judged, span, "a", "b").verdict, "fail");
  assertEquals(lateness(history().lag(50.1, 50).judged, span, "a", "b").verdict, "inconclusive");
});

Deno.test("clause shows the worst of its checks and those alone", () => {
  const verdict = clause(
    "RTE-01",
    claim("one", "fine", true, [1]),
    verdictOf("inconclusive", "two", "unclear", [2]),
    claim("three", "broken", false, [3]),
    claim("four", "broken too", false, [4]),
  );
  assertEquals(verdict, {
    id: "RTE-01",
    verdict: "fail",
    expected: "three; four",
    actual: "broken; broken too",
    evidence: [3, 4],
  });
});

Deno.test("clause passes only when all of its checks do, and shows them all", () => {
  const sound = [claim("one", "fine", true, [1, 2, 3]), claim("two", "well", true, [4, 5, 6])];
  assertEquals(clause("RTE-01", ...sound), {
    id: "RTE-01",
    verdict: "pass",
    expected: "one; two",
    actual: "fine; well",
    evidence: [1, 2, 3, 4, 5],
  });
  for (const worse of ["error", "inconclusive", "vacuous"] as const) {
    assertEquals(clause("RTE-01", ...sound, verdictOf(worse, "", "")).verdict, worse);
  }
});

Deno.test("clause without any check is an error, never a pass", () => {
  assertEquals(clause("RTE-01").verdict, "error");
});

Deno.test("witnessed passes with the witness as its evidence", () => {
  const { judged } = history().fault("kill", "begin").fault("kill", "witnessed", "port refused").fault(
    "kill",
    "healed",
  );
  assertEquals(witnessed(judged, "kill"), {
    verdict: "pass",
    expected: "kill happened",
    actual: "port refused",
    evidence: [1],
  });
});

Deno.test("witnessed is vacuous without a witness, and says what was seen in its place", () => {
  const unseen =
    history().fault("kill", "begin").fault("kill", "unwitnessed", "still answers").fault("other").judged;
  assertEquals(witnessed(unseen, "kill"), {
    verdict: "vacuous",
    expected: "kill happened",
    actual: "still answers",
    evidence: [0, 1],
  });
  const never = witnessed(history().judged, "kill");
  assertEquals([never.verdict, never.actual], ["vacuous", "no witness spoke"]);
});

Deno.test("claimWithin cannot tell where programs may have waited for a core for as long as it was late", () => {
  const span = { fromT: 0, toT: 400 };
  const after = (waitedMs: number) =>
    claimWithin(history().waited(waitedMs, 250, 250).judged, "it", span, 250);
  assertEquals([after(149).verdict, after(150).verdict], ["fail", "inconclusive"]);
  assertMatch(
    after(150).actual,
    /after 400\.0 ms, while programs waited for a core of this machine for up to 150 ms/,
  );
});

Deno.test("claimWithin cannot tell of what never came while programs waited for half of the time", () => {
  const span = { fromT: 0, toT: Infinity };
  const never = (waitedMs: number) =>
    claimWithin(history().waited(waitedMs, 250, 250).judged, "it", span, 250);
  assertEquals([never(124).verdict, never(125).verdict], ["fail", "inconclusive"]);
});

Deno.test("waiting lets a miss stand where the kernel does not say how long programs waited, or it was elsewhen", () => {
  const missed = claim("soon", "late", false, [3]);
  assertEquals(waiting(history().judged, { fromT: 0, toT: 100 }, 0, missed), missed);
  const before = history().waited(250, 250, 900).waited(250, 250, 2_000).judged;
  assertEquals(waiting(before, { fromT: 1_000, toT: 1_500 }, 10, missed), missed);
});
