import { assertEquals } from "@std/assert";
import { lookUp } from "./kernel.ts";
import { startReaper } from "./reaper.ts";
import { ledgerPath } from "./state_folder.ts";
import { startDoomedHarness } from "./testing/doomed_harness.ts";
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
