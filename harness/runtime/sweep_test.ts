import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { engineHost } from "./docker/engine_host.ts";
import { RUN_LABEL } from "./docker/labels.ts";
import { lookUp, thisMachine } from "./kernel.ts";
import { draftPath, ledgerFolder, ledgerPath, OWNER_VARIABLE } from "./state_folder.ts";
import { sweep } from "./sweep.ts";
import { startDoomedHarness } from "./testing/doomed_harness.ts";
import { TestEngine } from "./testing/test_engine.ts";
import { openTestRuntime, shell, testRunId } from "./testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "./testing/without_docker.ts";

const LINUX = Deno.build.os === "linux";
const exists = (path: string) => new Deno.Command("test", { args: ["-e", path] }).outputSync().success;
const isGone = async (pid: number) => ["Z", undefined].includes((await lookUp(pid))?.state);

async function withStateFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A process that no ledger of these tests owns. */
function foreignSleep(env: Record<string, string> = {}) {
  const child = new Deno.Command("sleep", { args: ["300"], env, stdin: "null" }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/** Writes a ledger of a harness that is dead: its pid is beyond the largest. */
async function writeDeadLedger(folder: string, runId: string, lines: readonly unknown[], boot?: string) {
  const machine = await thisMachine();
  const run = { kind: "run", schema: "meshproof.ledger/v1", runId, pid: 4_194_305, start: "ticks 1", at: "" };
  await Deno.mkdir(ledgerFolder(folder), { recursive: true });
  const rows = [{ ...run, ...machine, ...(boot === undefined ? {} : { boot }) }, ...lines];
  await Deno.writeTextFile(ledgerPath(folder, runId), rows.map((row) => JSON.stringify(row) + "\n").join(""));
}

const processIntent = (owner: string) => ({
  ...{ kind: "intent", entry: 1, owner, name: "web", what: "process", command: "sleep 300", undo: "kill" },
});

Deno.test({ name: "sweep undoes what a killed harness left, and nothing else", ignore: !LINUX }, async () => {
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    const harness = await startDoomedHarness(folder, runId, "no-reaper");
    await using lookAlike = foreignSleep();
    await using ofAnotherRun = foreignSleep({ [OWNER_VARIABLE]: `${runId}0` });
    assertEquals((await sweep(folder)).live, [runId]);
    assertEquals(await Promise.all(harness.pids.map(isGone)), [false, false]);

    await harness.kill();
    assertEquals(await Promise.all(harness.pids.map(isGone)), [false, false]);
    assert(exists(harness.folder));
    const planned = await sweep(folder, { dryRun: true });
    assertEquals([planned.swept, planned.removed], [[runId], [harness.folder]]);
    assert(exists(harness.folder) && !await isGone(harness.pids[0]!));

    const { swept, killed, removed, problems } = await sweep(folder);
    assertEquals([swept, removed, problems], [[runId], [harness.folder], []]);
    assertEquals(killed.map(({ pid }) => pid), harness.pids);
    assertEquals(await Promise.all(harness.pids.map(isGone)), [true, true]);
    assert(!exists(harness.folder) && !exists(ledgerPath(folder, runId)));
    assertEquals(await Promise.all([lookAlike.pid, ofAnotherRun.pid].map(isGone)), [false, false]);
  });
});

Deno.test("sweep leaves a live run alone", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("web", "exec sleep 300"));
  const folder = await test.ledger.temporaryFolder("data");
  assertEquals(await sweep(test.stateFolder, { runId: test.ledger.runId }), {
    ...{
      live: [test.ledger.runId],
      swept: [],
      killed: [],
      removed: [],
      engine: [],
      spared: [],
      problems: [],
    },
  });
  assert(exists(folder.path) && !await isGone(child.pid));
});

Deno.test("sweep does not kill a process that got the pid of one that is gone", async () => {
  await withStateFolder(async (folder) => {
    await using stranger = foreignSleep();
    const runId = testRunId();
    const started = { kind: "started", entry: 1, pid: stranger.pid, start: "ticks 1" };
    await writeDeadLedger(folder, runId, [processIntent(runId), started]);
    const { swept, killed } = await sweep(folder);
    assertEquals([swept, killed], [[runId], []]);
    assert(!await isGone(stranger.pid));
  });
});

Deno.test("sweep kills no process on the word of a ledger from before a reboot", async () => {
  await withStateFolder(async (folder) => {
    await using stranger = foreignSleep();
    const runId = testRunId();
    const { start } = (await lookUp(stranger.pid))!;
    const started = { kind: "started", entry: 1, pid: stranger.pid, start };
    await writeDeadLedger(folder, runId, [processIntent(runId), started], "another boot");
    const { swept, killed } = await sweep(folder);
    assertEquals([swept, killed], [[runId], []]);
    assert(!await isGone(stranger.pid));
  });
});

Deno.test("sweep removes no folder whose name does not show the run", async () => {
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    const victim = `${folder}/precious`;
    await Deno.mkdir(victim);
    const path = `${folder}/meshproof-${runId}-1-x/../precious`;
    const intent = { kind: "intent", entry: 1, owner: runId, name: "x", what: "folder", undo: "remove" };
    await writeDeadLedger(folder, runId, [{ ...intent, path: victim }, { ...intent, entry: 2, path }]);
    const { swept, removed, problems } = await sweep(folder);
    assertEquals([swept, removed, problems.length], [[], [], 2]);
    assert(exists(victim) && exists(ledgerPath(folder, runId)));
  });
});

Deno.test("sweep reports a ledger that it cannot read, and goes on with the next", async () => {
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    await writeDeadLedger(folder, runId, []);
    await Deno.writeTextFile(ledgerPath(folder, "a-broken-one"), "rubbish\n");
    const { swept, problems } = await sweep(folder);
    assertEquals(swept, [runId]);
    assertStringIncludes(problems.join(), "a-broken-one.ndjson:1");
  });
});

Deno.test("sweep of one run leaves the others, and an empty state folder is no error", async () => {
  await withStateFolder(async (folder) => {
    assertEquals((await sweep(folder)).swept, []);
    const [one, other] = [testRunId(), testRunId()];
    await writeDeadLedger(folder, one, []);
    await writeDeadLedger(folder, other, []);
    assertEquals((await sweep(folder, { runId: other })).swept, [other]);
    assert(exists(ledgerPath(folder, one)));
  });
});

Deno.test("sweep keeps the ledger of a run whose engine cannot be reached, undoes the rest, and says what to do", async () => {
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = closed.addr;
    closed.close();
    const path = `${folder}/meshproof-${runId}-2-data`;
    await Deno.mkdir(path);
    await writeDeadLedger(folder, runId, [
      { kind: "engine", host: `tcp://127.0.0.1:${port}` },
      {
        kind: "intent",
        entry: 1,
        owner: runId,
        name: "web",
        what: "container",
        container: "x",
        undo: "remove",
      },
      { kind: "intent", entry: 2, owner: runId, name: "data", what: "folder", path, undo: "remove" },
    ]);
    const { swept, removed, problems } = await sweep(folder);
    assertEquals([swept, removed, problems.length], [[], [path], 1]);
    assertStringIncludes(
      problems[0]!,
      `dev.meshproof.run=${runId} at tcp://127.0.0.1:${port} may still be there`,
    );
    assertStringIncludes(problems[0]!, 'run "clean"');
    assert(exists(ledgerPath(folder, runId)) && !exists(path));
  });
});

Deno.test({
  name:
    "sweep removes a dead run's containers and networks, also those from before a reboot, and spares foreign ones",
  ignore: WITHOUT_DOCKER,
}, async () => {
  await using test = await TestEngine.open();
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    const labels = { [RUN_LABEL]: runId };
    const [network, container] = [`meshproof-${runId}-1-cell`, `meshproof-${runId}-2-pod`];
    const foreign = `meshproof-${runId}-3-foreign`;
    const made = [
      await test.network(network, labels),
      await test.container({ name: container, labels, network }),
      await test.container({ name: foreign }),
    ];
    const intent = (entry: number, what: object) => ({
      kind: "intent",
      entry,
      owner: runId,
      name: "x",
      ...what,
    });
    await writeDeadLedger(
      folder,
      runId,
      [
        { kind: "engine", host: engineHost() },
        intent(1, { what: "network", network, undo: "remove" }),
        intent(2, { what: "container", container, undo: "remove" }),
        intent(3, { what: "container", container: foreign, undo: "remove" }),
        intent(4, { what: "rule", container, undo: ["true"] }),
        ...made.map((id, index) => ({ kind: "created", entry: index + 1, id })),
      ],
      "another boot",
    );
    const { swept, engine, spared, problems } = await sweep(folder);
    assertEquals([swept, problems], [[runId], []]);
    assertEquals(engine.map(({ kind, name }) => [kind, name]), [["container", container], [
      "network",
      network,
    ]]);
    assertEquals(spared.map((object) => [object.name, object.runId]), [[foreign, runId]]);
    assertEquals([await test.state(container), await test.hasNetwork(network)], [undefined, false]);
    assertEquals(await test.state(foreign), "running");
    assert(!exists(ledgerPath(folder, runId)));
  });
});

Deno.test("sweep removes a ledger that a dead harness had only begun, and none that a live one is beginning", async () => {
  await withStateFolder(async (folder) => {
    const runId = testRunId();
    const [dead, live, another] = [
      draftPath(folder, runId, 4_194_305),
      draftPath(folder, runId, Deno.pid),
      draftPath(folder, `${runId}0`, 4_194_305),
    ];
    await Deno.mkdir(ledgerFolder(folder), { recursive: true });
    await Promise.all([dead, live, another].map((path) => Deno.writeTextFile(path, '{"kind":"run')));
    const result = await sweep(folder, { runId });
    assertEquals([result.problems, result.live], [[], [runId]]);
    assertEquals([dead, live, another].map(exists), [false, true, true]);
    await sweep(folder);
    assertEquals([dead, live, another].map(exists), [false, true, false]);
  });
});
