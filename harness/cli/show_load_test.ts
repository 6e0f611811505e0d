import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Knee, KneeTrial } from "../load/generate/knee.ts";
import { newHistograms } from "../load/record/recording.ts";
import { selfTestText } from "./load_self_test.ts";
import { intervalLine, kneeText, trialLine } from "./show_load.ts";

Deno.test("intervalLine tells rate, outcomes and the quantiles that a second carries", () => {
  const histograms = newHistograms();
  for (let count = 0; count < 100; count++) histograms.response.add(2000);
  const outcomes = { ok: 98, status: 2, timeout: 0, reset: 0, refused: 0, shed: 0, cancelled: 0 };
  const line = intervalLine({ startT: 1500, endT: 2000, outcomes, ended: 100, bytes: 0, histograms }, 1000);
  assertEquals(line, "   1 s  200/s, ok 98, status 2, p50 2.00 ms");
});

Deno.test("kneeText tells the knee, its limit and the way down", () => {
  const trial: KneeTrial = {
    phase: "up",
    perSecond: 100,
    holds: true,
    quantileMs: 5,
    failedShare: 0,
    reasons: [],
  };
  const knee: Knee = { perSecond: 100, limit: "broken", downPerSecond: 90, hysteresis: 0.1, trials: [trial] };
  const of = (more: Partial<Knee>) => kneeText({ ...knee, ...more }, { percent: 99, belowMs: 20 });
  assertStringIncludes(of({}), "knee: 100 per second; above it the objective is not kept");
  assertStringIncludes(of({}), "kept again only at 90 per second: hysteresis 10 %");
  assertStringIncludes(of({ hysteresis: 0 }), "no hysteresis");
  assertStringIncludes(of({ limit: "generator" }), "the generator's own");
  assertEquals(trialLine(trial), "     100/s     5.00 ms  kept");
  assertStringIncludes(trialLine({ ...trial, holds: undefined, reasons: ["late"] }), "INVALID: late");
});

Deno.test("selfTestText tells what is off, and what is not valid", () => {
  const figure = {
    load: "stall",
    percent: 99,
    theoryMs: 10,
    measuredMs: 20,
    toleranceMs: 1,
    holds: false,
  } as const;
  const text = selfTestText({ figures: [figure], valid: false, reasons: ["late"] });
  for (const words of ["stall p99", "10.00", "20.00", "OFF", "INVALID", "  late"]) {
    assertStringIncludes(text, words);
  }
});
