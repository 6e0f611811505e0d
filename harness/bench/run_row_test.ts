import { assert, assertEquals, assertRejects } from "@std/assert";
import { FULL } from "./effort.ts";
import type { Place } from "./place.ts";
import { runRow, type Surroundings } from "./run_row.ts";
import { contender, madeUpRow } from "./testing/made_up.ts";

const EFFORT = { ...FULL, rounds: 6 };

/** @param stolen Share of each round, the last one again and again. */
function surroundings(stolen: readonly number[] = [0], signal = new AbortController().signal): Surroundings {
  let round = 0;
  return {
    place: { signal } as Place,
    watchSteal: () => {
      const share = stolen[Math.min(round++, stolen.length - 1)] ?? 0;
      return Promise.resolve(() => Promise.resolve(share));
    },
    requireTool: (name) =>
      name === "nowhere" ? Promise.reject(new Error("Cannot get the tool nowhere")) : Promise.resolve(),
    say: () => {},
  };
}

Deno.test("runRow lets the contenders take turns, the other way round in every other round", async () => {
  const log: string[] = [];
  const row = madeUpRow([contender("ours", [{ speed: 6 }], log), contender("theirs", [{ speed: 2 }], log)]);
  const { outcomes, rounds } = await runRow(row, { ...EFFORT, rounds: 3 }, surroundings());
  assertEquals(log, ["ours", "theirs", "theirs", "ours", "ours", "theirs"]);
  assertEquals(rounds.length, 3);
  const [outcome] = outcomes;
  assert(outcome !== undefined && "result" in outcome);
  assertEquals([outcome.result.ratio, outcome.result.holds, outcome.result.floor], [3, true, 1]);
});

Deno.test("runRow measures a round again that the host disturbed, and keeps the undisturbed one", async () => {
  const ours = contender("ours", [{ speed: 1 }, { speed: 2 }, { speed: 6 }]);
  const row = madeUpRow([ours, contender("theirs", [{ speed: 2 }])]);
  const { outcomes, rounds } = await runRow(row, { ...EFFORT, rounds: 1 }, surroundings([0.3, 0.021, 0.02]));
  assertEquals(rounds.map(({ stolen, isDisturbed, repeats }) => [stolen, isDisturbed, repeats]), [[
    0.02,
    false,
    2,
  ]]);
  const [outcome] = outcomes;
  assertEquals(outcome !== undefined && "result" in outcome && outcome.result.ratio, 3);
});

Deno.test("runRow gives up after three repetitions, takes the least disturbed, and says so", async () => {
  const log: string[] = [];
  const ours = contender("ours", [{ speed: 1 }, { speed: 8 }, { speed: 2 }], log);
  const row = madeUpRow([ours, contender("theirs", [{ speed: 2 }])]);
  const { outcomes, rounds } = await runRow(
    row,
    { ...EFFORT, rounds: 1 },
    surroundings([0.5, 0.1, 0.4, 0.2, 0.3]),
  );
  assertEquals(log.length, 4);
  assertEquals(rounds.map(({ stolen, isDisturbed, repeats }) => [stolen, isDisturbed, repeats]), [[
    0.1,
    true,
    3,
  ]]);
  const [outcome] = outcomes;
  assertEquals(outcome !== undefined && "result" in outcome && outcome.result.ratio, 4);
});

Deno.test("runRow says why a peer's comparison is missing, and measures the others", async () => {
  const ours = contender("ours", [{ speed: 6 }]);
  const peers = [contender("theirs", [{ speed: 2 }], [], "nowhere"), contender("others", [{ speed: 1 }])];
  const row = madeUpRow([ours, ...peers]);
  const [spec] = row.comparisons;
  assert(spec !== undefined);
  const { outcomes } = await runRow(
    { ...row, comparisons: [spec, { ...spec, peer: "others" }] },
    EFFORT,
    surroundings(),
  );
  const [first, second] = outcomes;
  assertEquals(
    first !== undefined && "unavailable" in first && first.unavailable,
    "Cannot get the tool nowhere",
  );
  assertEquals(second !== undefined && "result" in second && second.result.ratio, 6);
});

Deno.test("runRow stops measuring a contender that failed, and compares nothing with it", async () => {
  const log: string[] = [];
  const row = madeUpRow([contender("ours", [{ speed: 6 }], log), contender("theirs", [], log)]);
  const { outcomes } = await runRow(row, EFFORT, surroundings());
  assertEquals(log.filter((name) => name === "theirs").length, 1);
  const [outcome] = outcomes;
  assertEquals(outcome !== undefined && "unavailable" in outcome && outcome.unavailable, "theirs fell over");
});

Deno.test("runRow compares a figure with a theory that the contender tells itself", async () => {
  const row = madeUpRow([contender("ours", [{ p99: 99.5, theory: 100 }])], {
    comparisons: [{
      ...{ name: "p99", unit: "ms", subject: "ours", peer: "theory", figure: "p99", peerFigure: "theory" },
      peerIsOwnFigure: true,
      demand: { direction: "within", bound: 0.01 },
    }],
  });
  const [outcome] = (await runRow(row, EFFORT, surroundings())).outcomes;
  assertEquals(outcome !== undefined && "result" in outcome && [outcome.result.ratio, outcome.result.holds], [
    0.995,
    true,
  ]);
});

Deno.test("runRow gives every contender what was prepared, and blames a failed preparation", async () => {
  const rates: number[] = [];
  const ours = {
    name: "ours",
    measure: (_place: Place, { ratePerSecond }: { ratePerSecond: number }) => {
      rates.push(ratePerSecond);
      return Promise.resolve({ speed: 4 });
    },
  };
  const row = madeUpRow([ours, contender("theirs", [{ speed: 1 }])]);
  const prepare = (_: Place, effort: typeof FULL) =>
    Promise.resolve({ ...effort, rounds: 2, ratePerSecond: 77 });
  await runRow({ ...row, prepare }, EFFORT, surroundings());
  assertEquals(rates, [77, 77]);
  const broken = { ...row, prepare: () => Promise.reject(new Error("no maximum")) };
  const [outcome] = (await runRow(broken, EFFORT, surroundings())).outcomes;
  assertEquals(outcome !== undefined && "unavailable" in outcome && outcome.unavailable, "no maximum");
});

Deno.test("runRow ends when it is told to, and does not call that a failure of a contender", async () => {
  const controller = new AbortController();
  const ours = {
    name: "ours",
    measure: () => {
      controller.abort(new Error("stop"));
      return Promise.reject(new Error("killed"));
    },
  };
  await assertRejects(
    () => runRow(madeUpRow([ours]), EFFORT, surroundings([0], controller.signal)),
    Error,
    "stop",
  );
});
