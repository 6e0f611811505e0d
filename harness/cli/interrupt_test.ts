import { assert, assertEquals } from "@std/assert";
import { POLICY, scenarioText } from "./testing/own_files.ts";
import { eventually } from "../runtime/testing/test_runtime.ts";
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

Deno.test("meshproof run ends a download or build of a tool that is under way on SIGTERM", async () => {
  await using workplace = await Workplace.open();
  for (const name of ["go", "python3"]) {
    await workplace.write(`bin/${name}`, "#!/bin/sh\necho begun\nsleep 1000\n");
    await Deno.chmod(`${workplace.folder}/bin/${name}`, 0o755);
  }
  await workplace.write("mine/easy.ts", scenarioText({ id: "mine/easy" }));
  await workplace.write("mine/policy.yaml", POLICY);
  const run = workplace.start(["run", "--scenarios", "mine", "--mesh", "direct", "--out", "out"], {
    env: { PATH: `${workplace.folder}/bin:/usr/bin:/bin`, MESHPROOF_CACHE: `${workplace.folder}/cache` },
  });
  await run.saysOnStandardError("etcd ");
  await eventually("the tool's source to be at work", async () => {
    const { stdout } = await new Deno.Command("pgrep", { args: ["-f", `${workplace.folder}/bin/`] }).output();
    return stdout.length > 0;
  });
  const begin = performance.now();
  run.kill("SIGTERM");
  const { code, stdout, stderr } = await run.finished;
  assert(performance.now() - begin < 8_000, `it took ${performance.now() - begin} ms`);
  assertEquals({ code, stdout }, { code: 143, stdout: "" }, stderr);
  assertEquals(await workplace.leftovers(), []);
});

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
