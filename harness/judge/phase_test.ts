import { assertEquals, assertMatch } from "@std/assert";
import { history } from "./testing/history_builder.ts";

Deno.test("Phase.where judges those calls alone that the condition picks, under a name of their own", () => {
  const phase = history().call("load", { id: "a" }).call("load", { id: "b", status: "INTERNAL" }).judged
    .phase("load");
  const picked = phase.where("good ones", (call) => call.id === "a");
  assertEquals(picked.everyCall({ status: "OK" }).verdict, "pass");
  assertMatch(picked.everyCall({ status: "OK" }).actual, /^load, good ones: all 1 calls/);
});

Deno.test("Phase.atLeast is inconclusive with fewer calls", () => {
  const phase = history().calls("load", 3).judged.phase("load");
  assertEquals(phase.atLeast(3).verdict, "pass");
  assertEquals(phase.atLeast(4).verdict, "inconclusive");
});

Deno.test("Phase.reachedUpstream demands exactly so many calls with an attempt", () => {
  const phase = history().calls("load", 3).calls("load", 2, { at: [], status: "UNAVAILABLE" }).judged.phase(
    "load",
  );
  assertEquals(phase.reachedUpstream(3).verdict, "pass");
  assertEquals(phase.reachedUpstream(2).verdict, "fail");
  assertEquals(phase.reachedUpstream(4).verdict, "fail");
  assertEquals(phase.reachedUpstream(NaN).verdict, "fail");
});

Deno.test("Phase.reachedUpstream counts a call once however often it was tried", () => {
  const phase = history().call("load", { at: ["echo-1", "echo-1"] }).call("load", { at: [] }).judged.phase(
    "load",
  );
  assertEquals(phase.reachedUpstream(1).verdict, "pass");
});

Deno.test("Phase.reachedUpstream is inconclusive when the harness made too few calls, vacuous when it made none", () => {
  const phase = history().calls("load", 2).judged.phase("load");
  assertEquals(phase.reachedUpstream(3).verdict, "inconclusive");
  assertEquals(history().judged.phase("load").reachedUpstream(3).verdict, "vacuous");
});

Deno.test("Phase.everyInstanceReceives names the instances that got nothing", () => {
  const phase = history().call("load", { at: ["echo-1"] }).call("load", { at: ["echo-2"] }).judged.phase(
    "load",
  );
  assertEquals(phase.everyInstanceReceives(["echo-1", "echo-2"]).verdict, "pass");
  const check = phase.everyInstanceReceives(["echo-1", "echo-3", "echo-4"]);
  assertEquals([check.verdict, check.actual], ["fail", "none at echo-3, echo-4"]);
});

Deno.test("Phase.everyInstanceReceives proves nothing without calls, or without instances", () => {
  assertEquals(history().judged.phase("load").everyInstanceReceives(["echo-1"]).verdict, "vacuous");
  assertEquals(history().call("load").judged.phase("load").everyInstanceReceives([]).verdict, "vacuous");
});

Deno.test("Phase.attemptsPerCall holds above its lower and up to its upper bound", () => {
  const load = history().calls("load", 8).calls("load", 2, { at: ["echo-1", "echo-1"] });
  const phase = load.judged.phase("load");
  assertEquals(phase.attemptsPerCall(1.2, 1).verdict, "pass");
  assertEquals(phase.attemptsPerCall(1.19, 1).verdict, "fail");
  assertEquals(phase.attemptsPerCall(2, 1.2).verdict, "fail");
  assertEquals(history().judged.phase("load").attemptsPerCall(2, 1).verdict, "vacuous");
});

Deno.test("Phase.share passes an honest split, fails a wrong one, and tells nothing from too few calls", () => {
  const split = (toFirst: number, total: number) =>
    history().instance("echo-1", { version: "v1" }).instance("echo-2", { version: "v2" })
      .calls("load", total, (index) => ({ at: [index < toFirst ? "echo-1" : "echo-2"] }))
      .judged.phase("load").share({ version: "v1" }, 0.7, 1_000);
  assertEquals(split(700, 1_000).verdict, "pass");
  assertEquals(split(650, 1_000).verdict, "pass"); // p = 6e-4
  assertEquals(split(640, 1_000).verdict, "fail"); // p = 4e-5
  assertEquals(split(760, 1_000).verdict, "fail");
  assertEquals(split(1_000, 1_000).verdict, "fail");
  assertEquals(split(699, 999).verdict, "inconclusive");
  assertMatch(split(640, 1_000).actual, /^0\.6400 \(640 of 1000, p = /);
});

Deno.test("JudgedHistory.metInTime passes what was met, fails what was not, and is vacuous of what was never waited for", () => {
  const { judged } = history().pass(50).converged("the push shows").pass(3_000).converged(
    "it is gone",
    false,
  );
  assertEquals(judged.metInTime("the push shows").verdict, "pass");
  const late = judged.metInTime("it is gone");
  assertEquals([late.verdict, late.actual, late.expected], ["fail", "never", "it is gone within 2000 ms"]);
  assertEquals(judged.metInTime("something else").verdict, "vacuous");
});

Deno.test("JudgedHistory.registryT is the first such event at or after a moment", () => {
  const body = { kind: "registry", service: "echo", revision: 1, detail: "" } as const;
  const { judged } = history()
    .record("registry", { ...body, operation: "delete", instance: "echo-1" }, 10)
    .record("registry", { ...body, operation: "delete", instance: "echo-2" }, 20)
    .record("registry", { ...body, operation: "delete", instance: "echo-1" }, 30);
  assertEquals(judged.registryT("delete", "echo-1"), 10);
  assertEquals(judged.registryT("delete", "echo-1", 11), 30);
  assertEquals(judged.registryT("put", "echo-1"), undefined);
});
