import { assert, assertEquals } from "@std/assert";
import { pause } from "../model/pause.ts";
import type { RuntimeName } from "../model/runtime.ts";
import { doomedRun } from "./testing/doomed_run.ts";
import { ForeignObjects } from "./testing/foreign_objects.ts";
import { LeftTraces } from "./testing/host_traces.ts";
import type { Death } from "./testing/ledger_steps.ts";
import { ledgersOf, processLeftovers } from "./testing/leftovers.ts";
import { TestEngine } from "./testing/test_engine.ts";
import { testRunId } from "./testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "./testing/without_docker.ts";

/** Within this time of a harness's death nothing of it may be left. */
const LIMIT_MS = 5_000;
/** What is still there then is there for good. */
const PATIENCE_MS = 25_000;
/** Harnesses at a time. */
const WIDTH = 2;
const LOOK_INTERVAL_MS = 50;
/** After so many failures the rest would only fill the machine with what is left. */
const FAILURES_MAX = 4;

interface Trial {
  readonly runtime: RuntimeName;
  readonly stateFolder: string;
  /** What the ids of all its runs begin with. */
  readonly base: string;
  /** What is there of a run whose ledger is gone, and what it has harmed. */
  leftovers(runId: string): Promise<readonly string[]>;
}

interface TrialResult {
  /** Steps at which a harness was killed. */
  readonly tried: number;
  readonly failures: readonly string[];
}

/** Every line of a run's ledger, and each moment around it at which the harness may die. */
function deaths(lines: readonly string[]): Death[] {
  return lines.flatMap((line, index) => {
    const moments: Death["when"][] = ["written"];
    // Only what an engine was asked for may still take effect when the asker is dead.
    if (/^intent (container|network|rule|attachment|limit) /.test(line)) moments.push("under-way");
    // What is noted as ended was done before; after the last line, the ledger itself goes.
    if (!line.startsWith("ended ") || index === lines.length - 1) moments.push("done");
    return moments.map((when) => ({ step: index + 1, when }));
  });
}

/** Looks until nothing of a dead run is left, or the time is over. */
async function awaitNothing(trial: Trial, runId: string, limitMs: number): Promise<readonly string[]> {
  const look = async () => {
    const ledgers = await ledgersOf(trial.stateFolder, runId);
    // While it is there, somebody is still to tidy up.
    return ledgers.length > 0 ? ledgers : await trial.leftovers(runId);
  };
  const deadlineMs = performance.now() + limitMs;
  let left = await look();
  while (left.length > 0 && performance.now() < deadlineMs) {
    await pause(LOOK_INTERVAL_MS);
    left = await look();
  }
  return left;
}

/** Kills one harness. Returns what was wrong, and whether it was only late. */
async function killAt(
  trial: Trial,
  runId: string,
  death: Death,
): Promise<{ fault: string; isLate: boolean } | undefined> {
  const { stateFolder, runtime } = trial;
  if (await doomedRun({ stateFolder, runId, runtime, death }) !== undefined) {
    return { fault: "it came to its end without that step", isLate: false };
  }
  const left = await awaitNothing(trial, runId, LIMIT_MS);
  if (left.length === 0) return undefined;
  const forGood = await awaitNothing(trial, runId, PATIENCE_MS);
  return forGood.length === 0
    ? { fault: `left for more than ${LIMIT_MS} ms: ${left.join(", ")}`, isLate: true }
    : {
      fault: `left ${[...new Set([...forGood, ...await trial.leftovers(runId)])].join(", ")}`,
      isLate: false,
    };
}

/** Kills a harness at every step, each time another one. */
async function killAtEveryStep(trial: Trial): Promise<TrialResult> {
  const { runtime, stateFolder, base } = trial;
  const lines = await doomedRun({ stateFolder, runId: `${base}-whole`, runtime });
  assert(lines !== undefined && lines.length >= 10, `expected a ledger of many lines, found ${lines}`);
  assertEquals(await awaitNothing(trial, `${base}-whole`, LIMIT_MS), []);
  const queue = deaths(lines);
  const late: Death[] = [];
  const failures: string[] = [];
  let tried = 0;
  const title = ({ step, when }: Death) => `step ${step} (${lines[step - 1]}), ${when}`;
  const work = async () => {
    for (let death = queue.shift(); death !== undefined; death = queue.shift()) {
      tried++;
      const failure = await killAt(trial, `${base}-${death.step}-${death.when}`, death);
      if (failure?.isLate) late.push(death);
      else if (failure !== undefined) failures.push(`${title(death)}: ${failure.fault}`);
      if (failures.length >= FAILURES_MAX) queue.length = 0;
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  // Where the machine was busy, nothing is said of the reaper: each of these has another go, alone.
  for (const death of late) {
    const failure = await killAt(trial, `${base}-${death.step}-${death.when}-again`, death);
    if (failure !== undefined) failures.push(`${title(death)}: ${failure.fault}`);
  }
  return { tried, failures };
}

/** The count is no constant that a test could hold; the name of this step tells it wherever the tests are run. */
async function expectNothingLeft(
  test: Deno.TestContext,
  { tried, failures }: TrialResult,
): Promise<void> {
  await test.step(
    `reaper: ${tried - failures.length} of ${tried} steps left nothing behind`,
    () => assertEquals(failures, []),
  );
}

async function withStateFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a harness of processes that is killed at any step of its ledger leaves nothing behind",
  ignore: Deno.build.os !== "linux",
}, async (test) => {
  await withStateFolder(async (stateFolder) => {
    const trial = {
      runtime: "process",
      stateFolder,
      base: testRunId(),
      leftovers: processLeftovers,
    } as const;
    await expectNothingLeft(test, await killAtEveryStep(trial));
  });
});

Deno.test({
  name:
    "a harness of containers that is killed at any step of its ledger leaves nothing behind, and nothing foreign is touched",
  ignore: Deno.build.os !== "linux" || WITHOUT_DOCKER,
}, async (test) => {
  await withStateFolder(async (stateFolder) => {
    const base = testRunId();
    await using engine = await TestEngine.open();
    await using foreign = await ForeignObjects.make(engine, stateFolder, base);
    const traces = await LeftTraces.open(engine.engine);
    const leftovers = async (runId: string) => {
      const left = [
        ...await processLeftovers(runId),
        ...await engine.ofRun(runId),
        ...await foreign.damage(),
      ];
      // The kernel's things go with the engine's; before that there is no need to look for them.
      return left.length > 0 ? left : await traces.ofRun(runId);
    };
    try {
      const result = await killAtEveryStep({ runtime: "docker", stateFolder, base, leftovers });
      await expectNothingLeft(test, result);
      await foreign.expectRules();
    } finally {
      await engine.removeNamed(`meshproof-${base}-`);
    }
  });
});
