import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseLedger } from "./ledger_line.ts";
import { lookUp } from "./kernel.ts";
import { ProcessStartError } from "./process.ts";
import { eventually, openTestRuntime, shell } from "./testing/test_runtime.ts";

Deno.test("spawn gives every line to onLine, and errors to the log and the tail", async () => {
  await using test = await openTestRuntime();
  const lines: string[] = [];
  const child = await test.runtime.spawn(
    shell("talker", "echo one; echo oops >&2; printf two; exit 3", (line) => lines.push(line)),
  );
  assertEquals(await child.exited, { code: 3, signal: null });
  assertEquals(lines, ["one", "two"]);
  assertEquals(await Deno.readTextFile(`${test.logFolder}/talker.log`), "oops\n");
  assertEquals(child.tail(), "oops\none\ntwo");
  assertEquals(test.edges(), ["talker started", "talker exited"]);
});

Deno.test("spawn logs standard output when nobody listens", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("a/b", "echo out; echo err >&2"));
  await child.exited;
  const log = await Deno.readTextFile(`${test.logFolder}/a_b.log`);
  assertEquals(log.split("\n").filter((line) => line !== "").sort(), ["err", "out"]);
});

Deno.test("spawn keeps reading when the listener throws, and the tail tells of it", async () => {
  await using test = await openTestRuntime();
  const lines: string[] = [];
  const child = await test.runtime.spawn(shell("talker", "echo bad; echo good", (line) => {
    if (line === "bad") throw new Error("cannot bear it");
    lines.push(line);
  }));
  await child.exited;
  assertEquals(lines, ["good"]);
  assertStringIncludes(child.tail(), "cannot bear it");
});

Deno.test("spawn says which program is missing, and leaves nothing on the ledger", async () => {
  await using test = await openTestRuntime();
  const missing = { name: "ghost", program: { command: "/nowhere/ghost" }, args: [] };
  const error = await assertRejects(() => test.runtime.spawn(missing), ProcessStartError);
  assertStringIncludes(
    String(error),
    'Cannot start "ghost": expected an executable program at /nowhere/ghost',
  );
  assertEquals(test.ledger.openEntries(), ["folder test"]);
});

Deno.test("spawn says that a file is not executable", async () => {
  await using test = await openTestRuntime();
  const path = `${test.folder}/plain.txt`;
  await Deno.writeTextFile(path, "plain");
  await Deno.chmod(path, 0o644);
  const spec = { name: "plain", program: { command: path }, args: [] };
  const error = await assertRejects(() => test.runtime.spawn(spec), ProcessStartError);
  assertStringIncludes(String(error).toLowerCase(), "permission denied");
});

Deno.test("spawn writes pid and start time to the ledger, and the end when it has ended", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(
    shell("reader", "read line; echo $line; read line", () => undefined),
  );
  const read = async () => parseLedger(await Deno.readTextFile(test.ledger.path), "l").open.slice(1);
  const shown = await lookUp(child.pid);
  assertEquals((await read()).map(({ started }) => [started?.pid, started?.start]), [[
    child.pid,
    shown?.start,
  ]]);
  await child.kill();
  assertEquals(await read(), []);
});

Deno.test("spawn tags the child with the run as its owner, whatever its spec says", async () => {
  await using test = await openTestRuntime();
  const lines: string[] = [];
  const spec = shell("tagged", "echo $MESHPROOF_OWNER $EXTRA", (line) => lines.push(line));
  const child = await test.runtime.spawn({ ...spec, env: { EXTRA: "x", MESHPROOF_OWNER: "someone" } });
  await child.exited;
  assertEquals(lines, [`${test.ledger.runId} x`]);
});

Deno.test("send writes a line to the child, and an ended child refuses it", async () => {
  await using test = await openTestRuntime();
  const lines: string[] = [];
  const child = await test.runtime.spawn(
    shell("echo", 'read line; echo "got $line"', (line) => lines.push(line)),
  );
  await child.send("hello");
  await child.exited;
  assertEquals(lines, ["got hello"]);
  await assertRejects(() => child.send("again"), Error, 'standard input of "echo"');
});

Deno.test("stop ends with SIGKILL a child that ignores SIGTERM", async () => {
  await using test = await openTestRuntime();
  const ready = Promise.withResolvers<void>();
  const script = 'trap "" TERM; echo ready; while true; do sleep 0.05; done';
  const child = await test.runtime.spawn(shell("stubborn", script, () => ready.resolve()));
  await ready.promise;
  await child.stop(100);
  assertEquals((await child.exited).signal, "SIGKILL");
  assertEquals(await lookUp(child.pid), undefined);
  assertEquals(test.edges(), [
    "stubborn started",
    "stubborn stopping",
    "stubborn killed",
    "stubborn exited",
  ]);
});

Deno.test("stop lets a child end in its own way", async () => {
  await using test = await openTestRuntime();
  const ready = Promise.withResolvers<void>();
  const script = 'trap "exit 7" TERM; echo ready; while true; do sleep 0.01; done';
  const child = await test.runtime.spawn(shell("polite", script, () => ready.resolve()));
  await ready.promise;
  await child.stop(5_000);
  assertEquals(await child.exited, { code: 7, signal: null });
  // Once more is no error.
  await child.stop();
  await child.kill();
});

Deno.test("exited tells of a child that was killed from outside", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("victim", "exec sleep 300"));
  Deno.kill(child.pid, "SIGKILL");
  assertEquals((await child.exited).signal, "SIGKILL");
  assertEquals(test.edges(), ["victim started", "victim exited"]);
  assertEquals(test.ledger.openEntries(), ["folder test"]);
});

Deno.test("pause resolves when the kernel shows the child stopped, and resume lets it go on", async () => {
  await using test = await openTestRuntime();
  let ticks = 0;
  const child = await test.runtime.spawn(
    shell("ticker", "while true; do echo tick; sleep 0.005; done", () => ticks++),
  );
  await eventually("a first tick", () => ticks > 0);
  await child.pause();
  assertEquals((await lookUp(child.pid))?.state, "T");
  await child.resume();
  const before = ticks;
  await eventually("ticks after resume", () => ticks > before + 1);
  await child.pause();
  // A paused child must still be stoppable: SIGTERM alone would stay pending.
  await child.stop(5_000);
  assertEquals((await child.exited).signal, "SIGTERM");
});

Deno.test("pause says that the child has ended", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("gone", "exit 0"));
  await child.exited;
  await assertRejects(() => child.pause(), Error, "it has ended");
});

Deno.test("kill takes along what the child started", async () => {
  await using test = await openTestRuntime();
  const worker = Promise.withResolvers<number>();
  const child = await test.runtime.spawn(
    shell("master", "sleep 300 & echo $!; wait", (line) => worker.resolve(Number(line))),
  );
  const pid = await worker.promise;
  assert(await lookUp(pid) !== undefined);
  await child.kill();
  // Its new parent must still wait for it; until then it is a zombie.
  await eventually("the worker's end", async () => ["Z", undefined].includes((await lookUp(pid))?.state));
});

Deno.test("exited does not wait for a grandchild that holds the pipes open", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("parent", "sleep 300 & exit 4"));
  assertEquals((await child.exited).code, 4);
  await child.stop();
});

Deno.test("disposeAll ends all at the same time, and nothing starts afterwards", async () => {
  await using test = await openTestRuntime();
  let ready = 0;
  const script = 'trap "" TERM; echo ready; while true; do sleep 0.05; done';
  const children = await Promise.all(
    Array.from({ length: 4 }, (_, i) => test.runtime.spawn(shell(`child${i}`, script, () => ready++))),
  );
  await eventually("all to be ready", () => ready === 4);
  const begin = performance.now();
  await test.runtime.disposeAll(400);
  // One after the other they would take 1600 ms.
  assert(performance.now() - begin < 1_500);
  for (const child of children) assertEquals(await lookUp(child.pid), undefined);
  assertEquals(test.ledger.openEntries(), ["folder test"]);
  await assertRejects(() => test.runtime.spawn(shell("late", "true")), ProcessStartError, "torn down");
});

Deno.test("disposeAll ends the workers that a child left behind when it ended by itself", async () => {
  await using test = await openTestRuntime();
  const worker = Promise.withResolvers<number>();
  const child = await test.runtime.spawn(
    shell("master", "sleep 300 >/dev/null 2>&1 & echo $!", (line) => worker.resolve(Number(line))),
  );
  await child.exited;
  const pid = await worker.promise;
  assertEquals((await lookUp(pid))?.group, child.pid);
  await test.runtime.disposeAll();
  assert(["Z", undefined].includes((await lookUp(pid))?.state));
});

Deno.test("disposeAll also ends a process that is just being started", async () => {
  await using test = await openTestRuntime();
  const starting = test.runtime.spawn(shell("early", "exec sleep 300"));
  await test.runtime.disposeAll(100);
  const child = await starting.catch(() => undefined);
  await child?.exited;
  assertEquals(test.ledger.openEntries(), ["folder test"]);
});
