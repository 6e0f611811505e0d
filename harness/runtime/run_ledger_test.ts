import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { engineHost } from "./docker/engine_host.ts";
import { parseLedger } from "./ledger_line.ts";
import { RunLedger } from "./run_ledger.ts";
import { openTestRuntime, testRunId } from "./testing/test_runtime.ts";

const exists = (path: string) => new Deno.Command("test", { args: ["-e", path] }).outputSync().success;

Deno.test("RunLedger.open writes whose ledger it is, and close removes the file", async () => {
  const test = await openTestRuntime();
  const { ledger } = test;
  const { run } = parseLedger(await Deno.readTextFile(ledger.path), ledger.path);
  assertEquals([run.runId, run.pid], [ledger.runId, Deno.pid]);
  await ledger.close();
  assert(!exists(ledger.path));
  await test[Symbol.asyncDispose]();
});

Deno.test("RunLedger.open refuses a run id that has a ledger, and leaves that one alone", async () => {
  await using test = await openTestRuntime();
  await assertRejects(() => RunLedger.open(test.stateFolder, test.ledger.runId), Error, "another run id");
  assertEquals(parseLedger(await Deno.readTextFile(test.ledger.path), "l").run.runId, test.ledger.runId);
});

Deno.test("RunLedger.open says which folder cannot be written", async () => {
  const file = await Deno.makeTempFile();
  const error = await assertRejects(() => RunLedger.open(`${file}/below`, testRunId()), Error);
  assertStringIncludes(String(error), `${file}/below/ledger/`);
  await Deno.remove(file);
});

Deno.test("temporaryFolder is on the ledger before it is there, and close removes it", async () => {
  const test = await openTestRuntime();
  const onDisk = await test.ledger.temporaryFolder("a b/c");
  const inMemory = await test.ledger.temporaryFolder("m", { memoryBytes: 1 });
  const { open } = parseLedger(await Deno.readTextFile(test.ledger.path), "l");
  assertEquals(open.slice(1).map(({ intent }) => intent.what === "folder" && intent.path), [
    onDisk.path,
    inMemory.path,
  ]);
  assertStringIncludes(onDisk.path, "a_b_c");
  assert(exists(onDisk.path) && exists(inMemory.path));
  await onDisk.remove();
  assert(!exists(onDisk.path));
  await test.ledger.close();
  assert(!exists(inMemory.path));
  await test[Symbol.asyncDispose]();
});

Deno.test("temporaryFolder goes to disk when memory has not the room", async () => {
  await using test = await openTestRuntime();
  const folder = await test.ledger.temporaryFolder("huge", { memoryBytes: Number.MAX_SAFE_INTEGER });
  assert(!folder.path.startsWith("/dev/shm"));
});

Deno.test("close leaves the file for sweep while a process is open", async () => {
  await using test = await openTestRuntime();
  const entry = test.ledger.intendProcess("web", "web --port 0");
  test.ledger.started(entry, 1_234, "ticks 5");
  assertEquals(test.ledger.openEntries(), ["folder test", "process web"]);
  await test.ledger.close();
  const { open } = parseLedger(await Deno.readTextFile(test.ledger.path), "l");
  assertEquals(open.map(({ started }) => started?.pid), [1_234]);
  assertThrows(() => test.ledger.intendProcess("late", "x"), Error, "it is closed");
  await Deno.remove(test.ledger.path);
});

Deno.test("intentions on an engine name it once, before the first, and say how each is undone", async () => {
  await using test = await openTestRuntime();
  const { ledger } = test;
  const network = ledger.intendNetwork("cell", "n-1");
  ledger.created(network, "abc");
  const pod = ledger.intendContainer("pod", "c-1");
  const rule = ["iptables", "-D", "INPUT", "1"];
  ledger.intendRule("partition", { container: "c-1", undo: rule });
  ledger.intendAttachment("shared", { container: "c-1", network: "n-1" });
  ledger.intendLimit("slow", { container: "c-1", undo: { cpus: 0.5 } });
  const text = await Deno.readTextFile(ledger.path);
  const kinds = text.trim().split("\n").map((line) => JSON.parse(line).kind);
  assertEquals(kinds, [
    ...["run", "intent", "engine", "intent", "created", "intent", "intent", "intent", "intent"],
  ]);
  const content = parseLedger(text, "l");
  assertEquals(content.engine?.host, engineHost());
  assertEquals(
    content.open.slice(1).map(({ intent: { name, what, undo }, created }) => [name, what, undo, created?.id]),
    [
      ["cell", "network", "remove", "abc"],
      ["pod", "container", "remove", undefined],
      ["partition", "rule", rule, undefined],
      ["shared", "attachment", "disconnect", undefined],
      ["slow", "limit", { cpus: 0.5 }, undefined],
    ],
  );
  assertEquals(ledger.openEntries().slice(1), [
    "network cell",
    "container pod",
    "rule partition",
    "attachment shared",
    "limit slow",
  ]);
  for (let entry = network; entry <= pod + 3; entry++) ledger.ended(entry, "removed");
  assertEquals(ledger.openEntries(), ["folder test"]);
});
