import { assertEquals, assertMatch } from "@std/assert";
import type { Cut, CutPlan } from "./cuts.ts";
import type { PathProbe } from "./path_probe.ts";
import { type PathProbes, testify, trafficWasCut } from "./partition_testimony.ts";
import { plainPod } from "./testing/plain_pod.ts";

const A = plainPod("a", "10.1.0.2");
const B = plainPod("b", "10.1.0.3");
const ONE_WAY: CutPlan = { cuts: [{ from: A, to: B }], action: "drop" };
const BOTH: CutPlan = { cuts: [{ from: A, to: B }, { from: B, to: A }], action: "drop" };
const OPEN: PathProbe = { isOpen: true, outcome: "refused", roundTripMs: 0.4 };
const SILENT: PathProbe = { isOpen: false, outcome: "no answer within 250 ms" };

function probes(aToB: PathProbe, bToA: PathProbe): PathProbes {
  return new Map([["a", new Map([["b", aToB]])], ["b", new Map([["a", bToA]])]]);
}

const BEFORE = probes(OPEN, OPEN);
const UNDER = probes(SILENT, SILENT);
/** What a partition that works counts, one-way from a to b. */
const SOUND = {
  "sent knock 0>1": 1,
  "cut knock 0>1": 1,
  "cut traffic 0>1": 4,
  "arrived knock 0>1": 0,
  "sent knock 1>0": 1,
  "arrived knock 1>0": 1,
  "arrived traffic 1>0": 6,
};
const BOTH_SOUND = { ...SOUND, "cut knock 1>0": 1, "arrived knock 1>0": 0, "arrived traffic 1>0": 0 };

function weigh(plan: CutPlan, counts: Record<string, number>, before = BEFORE, after = UNDER) {
  return testify(plan, before, after, new Map(Object.entries(counts)));
}

Deno.test("testify sees a one-way cut by what was lost, and by what the other direction still delivers", () => {
  const seen = weigh(ONE_WAY, SOUND);
  assertEquals(seen.witnessed, true, seen.detail);
  assertMatch(
    seen.detail,
    /^packets that ended at a cut: a -> b 4; knocks on 1 cut path left and did not arrive \(refused before, no answer/,
  );
  assertMatch(seen.detail, /b -> a: 1 knocks and 5 other packets arrive/);
});

Deno.test("testify does not take a cut of both directions for a one-way one", () => {
  const seen = weigh(ONE_WAY, BOTH_SOUND);
  assertEquals(seen.witnessed, false);
  assertMatch(seen.detail, /one-way was asked for, but no knock b -> a arrives/);
});

Deno.test("testify does not take a one-way cut for one of both directions", () => {
  const seen = weigh(BOTH, SOUND);
  assertEquals(seen.witnessed, false);
  assertMatch(seen.detail, /1 knocks b -> a arrived/);
  assertEquals(weigh(BOTH, BOTH_SOUND).witnessed, true);
});

Deno.test("testify has no witness without traffic, however well the knocks are swallowed", () => {
  const silent = { ...SOUND, "cut traffic 0>1": 0 };
  assertEquals(trafficWasCut(ONE_WAY, new Map(Object.entries(silent))), false);
  assertMatch(weigh(ONE_WAY, silent).detail, /no packet but our own knocks/);
});

Deno.test("testify has no witness where knocks arrive, never left, are answered, or were not answered before", () => {
  for (
    const [says, seen] of [
      [/1 knocks a -> b arrived/, weigh(ONE_WAY, { ...SOUND, "arrived knock 0>1": 1 })],
      [/no knock a -> b left its sender/, weigh(ONE_WAY, { ...SOUND, "sent knock 0>1": 0 })],
      [/a knock a -> b was answered: refused/, weigh(ONE_WAY, SOUND, BEFORE, probes(OPEN, SILENT))],
      [/a -> b was not open before either: no answer/, weigh(ONE_WAY, SOUND, probes(SILENT, OPEN))],
      [/a -> b was not open before either: not tried/, weigh(ONE_WAY, SOUND, new Map())],
    ] as const
  ) {
    assertEquals(seen.witnessed, false);
    assertMatch(seen.detail, says);
  }
});

Deno.test("testify sees a rejecting cut although its own kernel answers the knock", () => {
  const reject: CutPlan = { ...ONE_WAY, action: "reject" };
  assertEquals(weigh(reject, SOUND, BEFORE, probes(OPEN, SILENT)).witnessed, true);
  assertEquals(weigh(reject, { ...SOUND, "arrived knock 0>1": 1 }).witnessed, false);
});

Deno.test("testify wants every cut path swallowed, but traffic on one of them only", () => {
  const c = plainPod("c", "10.1.0.4");
  const cuts: Cut[] = [{ from: A, to: B }, { from: A, to: c }];
  const plan: CutPlan = { cuts, action: "drop" };
  const open = new Map([["a", new Map([["b", OPEN], ["c", OPEN]])]]);
  const silent = new Map([["a", new Map([["b", SILENT], ["c", SILENT]])]]);
  const counts = { ...SOUND, "sent knock 0>2": 1, "arrived knock 2>0": 1 };
  assertEquals(weigh(plan, counts, open, silent).witnessed, true);
  assertMatch(
    weigh(plan, { ...counts, "arrived knock 0>2": 2 }, open, silent).detail,
    /^2 knocks a -> c arrived$/,
  );
});
