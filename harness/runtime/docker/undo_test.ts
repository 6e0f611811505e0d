import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IntentLine, OpenEntry } from "../ledger_line.ts";
import { TestEngine } from "../testing/test_engine.ts";
import { eventually, testRunId } from "../testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { engineHost } from "./engine_host.ts";
import { RUN_LABEL } from "./labels.ts";
import { type EngineObject, undoOnEngine } from "./undo.ts";

const host = engineHost();
const names = (objects: readonly EngineObject[]) => objects.map(({ name }) => name).sort();

function entry(what: { container: string } | { network: string }, id?: string): OpenEntry {
  const kind = "container" in what ? "container" : "network";
  const intent = { kind: "intent", entry: 1, owner: "", name: "x", what: kind, undo: "remove", ...what };
  return {
    intent: intent as IntentLine,
    ...(id === undefined ? {} : { created: { kind: "created", entry: 1, id } }),
  };
}

Deno.test({
  name:
    "undoOnEngine removes all that carries the run's label, in whatever state, and nothing that only looks alike",
  ignore: WITHOUT_DOCKER,
}, async () => {
  await using test = await TestEngine.open();
  const runId = testRunId();
  const labels = { [RUN_LABEL]: runId };
  const prefix = `meshproof-${runId}`;
  const network = await test.network(`${prefix}-1-cell`, labels);
  const other = await test.network(`${prefix}-2-other`, labels);
  const sandbox = await test.container({ name: `${prefix}-3-pod`, labels, network });
  const joined = await test.container({ name: `${prefix}-4-web`, labels, network: `container:${sandbox}` });
  const frozen = await test.container({
    name: `${prefix}-5-frozen`,
    labels,
    network: `container:${sandbox}`,
  });
  await test.engine.getContainer(frozen).pause();
  await test.engine.getNetwork(other).connect({ Container: sandbox });

  // It has joined our network to look around: it is taken off it, and lives on.
  const guest = await test.container({ name: `${prefix}-guest`, network });
  const foreignNetwork = await test.network(`${prefix}-foreign`);
  const ofAnotherRun = await test.container({
    ...{ name: `${prefix}0-3-pod`, labels: { [RUN_LABEL]: `${runId}0` }, network: foreignNetwork },
  });

  const open = [sandbox, joined, frozen].map((id) => entry({ container: id }, id));
  const planned = await undoOnEngine({ runId, host, open }, true);
  assertEquals(planned.removed.length, 5);
  assertEquals(await test.state(sandbox), "running");

  const { removed, spared } = await undoOnEngine({ runId, host, open }, false);
  const own = ["1-cell", "2-other", "3-pod", "4-web", "5-frozen"].map((name) => `${prefix}-${name}`);
  assertEquals([names(removed), spared], [own, []]);
  assertEquals(names(planned.removed), own);
  assertEquals(await Promise.all([sandbox, joined, frozen].map((id) => test.state(id))), [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(await Promise.all([network, other].map((id) => test.hasNetwork(id))), [false, false]);
  assertEquals(await Promise.all([guest, ofAnotherRun].map((id) => test.state(id))), ["running", "running"]);
  assert(await test.hasNetwork(foreignNetwork));
});

Deno.test({
  name: "undoOnEngine spares what has got a name of the ledger but not the run's label, and says so",
  ignore: WITHOUT_DOCKER,
}, async () => {
  await using test = await TestEngine.open();
  const runId = testRunId();
  const [container, network] = [`meshproof-${runId}-1-pod`, `meshproof-${runId}-2-cell`];
  await test.container({ name: container, labels: { [RUN_LABEL]: "somebody-else" } });
  await test.network(network);
  const open = [entry({ container }, "a"), entry({ network }, "b")];
  const { removed, spared } = await undoOnEngine({ runId, host, open }, false);
  assertEquals([removed, names(spared)], [[], [container, network]]);
  assertEquals([await test.state(container), await test.hasNetwork(network)], ["running", true]);
});

Deno.test({
  name:
    "undoOnEngine waits for what may be under way: a container that turns up later is removed all the same",
  ignore: WITHOUT_DOCKER,
}, async () => {
  await using test = await TestEngine.open();
  const runId = testRunId();
  const labels = { [RUN_LABEL]: runId };
  const name = `meshproof-${runId}-2-pod`;
  const first = await test.network(`meshproof-${runId}-1-cell`, labels);
  const undone = undoOnEngine({ runId, host, open: [entry({ container: name })] }, false);
  // Only now is the call made that the ledger announced: the undoing is well under way.
  await eventually("the network to be gone", async () => !await test.hasNetwork(first));
  await test.container({ name, labels }).catch((error) => {
    // It may be gone between its creation and its start.
    if (![404, 409].includes(error.statusCode)) throw error;
  });
  assertEquals(names((await undone).removed), [`meshproof-${runId}-1-cell`, name]);
  assertEquals(await test.state(name), undefined);
});

Deno.test("undoOnEngine rejects when nobody answers at the engine's address, or nobody understands it", async () => {
  const run = { runId: "r", open: [] };
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = gone.addr;
  gone.close();
  await assertRejects(
    () => undoOnEngine({ ...run, host: `tcp://127.0.0.1:${port}` }, false),
    Error,
    "ECONNREFUSED",
  );
  await assertRejects(() => undoOnEngine({ ...run, host: "ssh://somewhere" }, false), Error, "expected unix");
});
