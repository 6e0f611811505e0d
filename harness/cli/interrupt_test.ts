import { assert, assertEquals } from "@std/assert";
import { POLICY, scenarioText } from "./testing/own_files.ts";
import { midRun } from "./testing/mid_run.ts";
import { Workplace } from "./testing/workplace.ts";

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`meshproof run ends all that it started on ${signal}, says so in one line, and ends with ${exitCode}`, async () => {
    await using workplace = await Workplace.open();
    const run = await midRun(workplace, "reference");
    assert(
      (await workplace.processes()).length > 5,
      "registry, services, mesh, reaper and the harness itself",
    );
    const begin = performance.now();
    run.kill(signal);
    const { code, stdout, stderr } = await run.finished;
    assert(performance.now() - begin < 8_000, `it took ${performance.now() - begin} ms`);
    assertEquals({ code, stdout }, { code: exitCode, stdout: "" }, stderr);
    const [first = "", ...others] = stderr.trimEnd().split("\n");
    assert(first.startsWith("run "), stderr);
    assertEquals(others, [`meshproof: stopped by ${signal}; everything that was started has been ended`]);
    assertEquals(await workplace.leftovers(), []);
  });
}

Deno.test("meshproof run ends well when it is interrupted while it sets up", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy" }));
  await workplace.write("mine/policy.yaml", POLICY);
  const run = workplace.start(["run", "--scenarios", "mine", "--mesh", "reference", "--out", "out"]);
  await run.saysOnStandardError("run ");
  run.kill("SIGINT");
  const { code, stdout, stderr } = await run.finished;
  assertEquals({ code, stdout }, { code: 130, stdout: "" }, stderr);
  assertEquals(await workplace.leftovers(), []);
});
