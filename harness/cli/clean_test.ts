import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { engineHost } from "../runtime/docker/engine_host.ts";
import { RUN_LABEL } from "../runtime/docker/labels.ts";
import { lookUp, thisMachine } from "../runtime/kernel.ts";
import { ledgerFolder } from "../runtime/state_folder.ts";
import type { SweepResult } from "../runtime/sweep.ts";
import { TestEngine } from "../runtime/testing/test_engine.ts";
import { eventually, testRunId } from "../runtime/testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../runtime/testing/without_docker.ts";
import { midRun } from "./testing/mid_run.ts";
import { Workplace } from "./testing/workplace.ts";

const ignore = Deno.build.os !== "linux";

Deno.test(
  { name: "meshproof run that is killed leaves nothing: its reaper sees to it", ignore },
  async () => {
    await using workplace = await Workplace.open();
    const run = await midRun(workplace, "stubborn");
    assertEquals((await workplace.ledgers()).length, 1);
    run.kill("SIGKILL");
    assertEquals((await run.finished).signal, "SIGKILL");
    await eventually("everything to be gone", async () => (await workplace.leftovers()).length === 0);
  },
);

Deno.test({ name: "meshproof run sweeps what a dead run left, before it begins", ignore }, async () => {
  await using workplace = await Workplace.open();
  const dead = await midRun(workplace, "stubborn", "dead");
  const left = await killAll(workplace, dead);
  const live = await midRun(workplace, "reference", "live");
  assert(await isGone(left), "the dead run's process is gone");
  assertEquals((await workplace.memoryFolders()).filter((name) => name.includes(`-p${dead.pid}-`)), []);
  assertEquals((await workplace.ledgers()).length, 1);
  live.kill("SIGINT");
  assertStringIncludes((await live.finished).stderr, "swept what dead runs left: ");
  assertEquals(await workplace.leftovers(), []);
});

Deno.test({ name: "meshproof clean ends what dead runs left, and only that", ignore }, async (test) => {
  await using workplace = await Workplace.open();
  const run = await midRun(workplace, "stubborn");
  const all = (await workplace.leftovers()).sort();

  await test.step("it leaves a live run alone", async () => {
    const { code, stdout } = await workplace.run(["clean"]);
    assertEquals([code, stdout], [0, "0 dead runs swept, 1 live ones left alone\n"]);
    assertEquals((await workplace.leftovers()).sort(), all);
  });

  const left = await killAll(workplace, run);

  await test.step("--dry-run says what would be done and does nothing", async () => {
    const { code, stdout } = await workplace.run(["clean", "--dry-run"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `would be ended: stubborn (pid ${left}) of `);
    assertStringIncludes(stdout, "would be removed: ");
    assertStringIncludes(stdout, "1 dead runs would be swept, 0 live ones left alone");
    assert(!await isGone(left), "the process is still there");
    assertEquals((await workplace.ledgers()).length, 1);
    assertEquals(
      (await workplace.memoryFolders()).length,
      all.filter((each) => each.startsWith("meshproof-")).length,
    );
  });

  await test.step("it ends the processes, removes the folders and the ledger", async () => {
    const { code, stdout } = await workplace.run(["clean", "--json"]);
    const result: { killed: { name: string }[]; swept: string[]; problems: string[] } = JSON.parse(stdout);
    assertEquals([code, result.swept.length, result.problems], [0, 1, []]);
    assert(result.killed.some(({ name }) => name === "stubborn"), stdout);
    assertEquals(await workplace.leftovers(), []);
  });

  await test.step("it finds nothing more to do", async () => {
    const { code, stdout } = await workplace.run(["clean"]);
    assertEquals([code, stdout], [0, "0 dead runs swept, 0 live ones left alone\n"]);
  });
});

Deno.test({
  name:
    "meshproof clean names and removes the containers and networks of dead runs, and says which it has spared",
  ignore: ignore || WITHOUT_DOCKER,
}, async (test) => {
  await using workplace = await Workplace.open();
  await using engine = await TestEngine.open();
  const runId = testRunId();
  const labels = { [RUN_LABEL]: runId };
  const [network, container, foreign] = ["1-cell", "2-pod", "3-web"].map((name) =>
    `meshproof-${runId}-${name}`
  ) as [
    string,
    string,
    string,
  ];
  await engine.network(network, labels);
  await engine.container({ name: container, labels, network });
  await engine.container({ name: foreign });
  const lines = [
    // Beyond the largest pid.
    {
      kind: "run",
      schema: "meshproof.ledger/v1",
      runId,
      pid: 4_194_305,
      start: "",
      ...await thisMachine(),
      at: "",
    },
    { kind: "engine", host: engineHost() },
    ...[network, container, foreign].flatMap((name, index) => [
      {
        ...{ kind: "intent", entry: index, owner: runId, name: "x", undo: "remove" },
        ...(name === network ? { what: "network", network } : { what: "container", container: name }),
      },
      { kind: "created", entry: index, id: "x" },
    ]),
  ];
  await Deno.mkdir(ledgerFolder(`${workplace.folder}/.meshproof`), { recursive: true });
  await workplace.write(
    `.meshproof/ledger/${runId}.ndjson`,
    lines.map((line) => JSON.stringify(line) + "\n").join(""),
  );

  await test.step("dry, it only names them", async () => {
    const { code, stdout } = await workplace.run(["clean", "--dry-run"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `would be removed: container ${container} (`);
    assertStringIncludes(stdout, `would be removed: network ${network} (`);
    assertMatch(
      stdout,
      new RegExp(`left alone: container ${foreign} \\([0-9a-f]{12}\\) has a name of ${runId}`),
    );
    assertEquals([await engine.state(container), await engine.hasNetwork(network)], ["running", true]);
  });

  await test.step("it removes them, and lists them in its JSON", async () => {
    const { code, stdout } = await workplace.run(["clean", "--json"]);
    const result: Pick<SweepResult, "engine" | "spared" | "swept"> = JSON.parse(stdout);
    assertEquals([code, result.swept], [0, [runId]]);
    assertEquals(result.engine.map(({ kind, name }) => `${kind} ${name}`), [
      `container ${container}`,
      `network ${network}`,
    ]);
    assertEquals(result.spared.map(({ name }) => name), [foreign]);
    assertEquals([await engine.state(container), await engine.hasNetwork(network)], [undefined, false]);
    assertEquals(await engine.state(foreign), "running");
  });
});

/** Kills a harness and its reaper, as when a whole session is killed. The pid of its process that outlives both. */
async function killAll(workplace: Workplace, run: Awaited<ReturnType<typeof midRun>>): Promise<number> {
  const reaper = await processOf(workplace, "reaper_main.ts");
  const stubborn = await processOf(workplace, "sleep");
  Deno.kill(reaper, "SIGKILL");
  run.kill("SIGKILL");
  await run.finished;
  await eventually("the reaper to be gone", () => isGone(reaper));
  assert(!await isGone(stubborn), "nobody has ended the process");
  return stubborn;
}

async function isGone(pid: number): Promise<boolean> {
  return ["Z", undefined].includes((await lookUp(pid))?.state);
}

/** The pid whose command line holds a word. */
async function processOf(workplace: Workplace, word: string): Promise<number> {
  const pids = await workplace.processes();
  for (const pid of pids) {
    const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/cmdline`] }).output();
    if (new TextDecoder().decode(stdout).includes(word)) return pid;
  }
  throw new Error(`expected a process of ${word} among ${pids.join(", ")}`);
}
