import { assertEquals } from "@std/assert";
import { lookUp } from "./kernel.ts";
import { startReaper } from "./reaper.ts";
import { ledgerPath } from "./state_folder.ts";
import { startDoomedHarness } from "./testing/doomed_harness.ts";
import { startLeakyReaper } from "./testing/leaky_reaper.ts";
import { eventually, openTestRuntime, testRunId } from "./testing/test_runtime.ts";

const isGone = async (pid: number) => ["Z", undefined].includes((await lookUp(pid))?.state);

Deno.test(
  { name: "startReaper undoes the run when the harness is killed", ignore: Deno.build.os !== "linux" },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
    const runId = testRunId();
    const harness = await startDoomedHarness(folder, runId, "reaper");
    await harness.kill();
    await eventually(
      "the ledger to be gone",
      () => !new Deno.Command("test", { args: ["-e", ledgerPath(folder, runId)] }).outputSync().success,
    );
    assertEquals(await Promise.all(harness.pids.map(isGone)), [true, true]);
    await Deno.remove(folder, { recursive: true });
  },
);

Deno.test("startReaper lets go without harm when the run ends well", async () => {
  await using test = await openTestRuntime();
  const reaper = startReaper(test.stateFolder, test.ledger);
  await test.ledger.close();
  await reaper[Symbol.asyncDispose]();
  assertEquals(await lookUp(reaper.pid), undefined);
});

const exists = (path: string) => new Deno.Command("test", { args: ["-e", path] }).outputSync().success;

Deno.test({
  name: "the reaper undoes the run of a dead harness also when its pipe stays open but no beat comes",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  const runId = testRunId();
  const harness = await startDoomedHarness(folder, runId, "no-reaper");
  {
    await using reaper = await startLeakyReaper(folder, { stateFolder: folder, runId, silenceLimitMs: 50 });
    await harness.kill();
    await reaper.ended;
    assertEquals(reaper.lines.at(-1), "silent for 50 ms, and gone");
    assertEquals(await Promise.all(harness.pids.map(isGone)), [true, true]);
    assertEquals([ledgerPath(folder, runId), harness.folder].map(exists), [false, false]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "the reaper leaves a harness alone that is stopped, however long it is silent",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  const runId = testRunId();
  const harness = await startDoomedHarness(folder, runId, "no-reaper");
  {
    await using reaper = await startLeakyReaper(folder, { stateFolder: folder, runId, silenceLimitMs: 50 });
    Deno.kill(harness.pid, "SIGSTOP");
    const looked = (times: number) => () => reaper.lines.length >= times;
    await eventually("the reaper to have looked five times", looked(5));
    assertEquals(new Set(reaper.lines), new Set(["silent for 50 ms, but alive"]));
    assertEquals(await Promise.all(harness.pids.map(isGone)), [false, false]);
    assertEquals([ledgerPath(folder, runId), harness.folder].map(exists), [true, true]);

    Deno.kill(harness.pid, "SIGCONT");
    await harness.kill();
    await reaper.ended;
    assertEquals(await Promise.all(harness.pids.map(isGone)), [true, true]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "the reaper goes once its run has ended well, though its pipe stays open",
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using test = await openTestRuntime();
  const run = { stateFolder: test.stateFolder, runId: test.ledger.runId, silenceLimitMs: 50 };
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  {
    await using reaper = await startLeakyReaper(folder, run);
    await eventually("the reaper to have looked", () => reaper.lines.length > 0);
    await test.ledger.close();
    await reaper.ended;
    assertEquals(reaper.lines.at(-1), "silent for 50 ms, and gone");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "the reaper does not even look while beats come",
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using test = await openTestRuntime();
  const run = { stateFolder: test.stateFolder, runId: test.ledger.runId, silenceLimitMs: 2_000 };
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  {
    await using reaper = await startLeakyReaper(folder, run);
    const until = performance.now() + 1.7 * run.silenceLimitMs;
    while (performance.now() < until) {
      await reaper.beat();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(reaper.lines, []);
    await test.ledger.close();
  }
  await Deno.remove(folder, { recursive: true });
});
