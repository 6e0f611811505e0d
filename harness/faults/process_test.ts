import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunningProcess } from "../model/process.ts";
import type { CellRuntime } from "../model/runtime.ts";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { spawnUntilLine } from "../runtime/await_ready.ts";
import { openTestRuntime } from "../runtime/testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../runtime/testing/without_docker.ts";
import { injectFault } from "./inject_fault.ts";
import { openPods } from "./kernel/testing/pods.ts";
import { startWorker } from "./kernel/testing/worker.ts";
import { killProcess, pauseProcess } from "./process.ts";

const SERVE = `
  const http2 = await import("node:http2");
  const server = http2.createServer();
  server.on("sessionError", () => {});
  server.on("session", (session) => session.on("error", () => {}));
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;

interface Target extends AsyncDisposable {
  readonly process: RunningProcess;
  readonly address: string;
  readonly runtime: CellRuntime;
}

/** A child that serves HTTP/2, as the fault sees it. */
async function server(): Promise<Target> {
  const test = await openTestRuntime();
  const { runtime } = test;
  const { process, ready } = await spawnUntilLine(
    runtime.spawn,
    {
      name: "server",
      program: { command: Deno.execPath() },
      args: [
        ...["run", "--no-config", "--allow-net=127.0.0.1"],
        `data:text/javascript,${encodeURIComponent(SERVE)}`,
      ],
    },
    (line) => line,
    { timeoutMs: 10_000 },
  );
  const dispose = () => test[Symbol.asyncDispose]();
  return { process, address: `127.0.0.1:${ready.trim()}`, runtime, [Symbol.asyncDispose]: dispose };
}

/** The same process, but for what is given. */
function but(process: RunningProcess, other: Partial<RunningProcess>): RunningProcess {
  return new Proxy(process, {
    get: (target, key) => {
      const value = Reflect.get(key in other ? other : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("killProcess is witnessed by the kernel and by a port that refuses", async () => {
  await using target = await server();
  const recorder = memoryRecorder();
  let healed = 0;
  const fault = await injectFault(
    killProcess({ ...target, onHeal: () => Promise.resolve(void healed++) }),
    recorder,
  );
  const seen = await fault.testimony;
  assertEquals(seen.witnessed, true, seen.detail);
  assertMatch(seen.detail, /is gone; 127\.0\.0\.1:\d+ says ECONNREFUSED/);
  await fault.heal();
  await fault.heal();
  assertEquals(healed, 1);
  assertEquals(recorder.of("fault").map((event) => event.edge), ["begin", "witnessed", "healed"]);
});

Deno.test("killProcess is not witnessed while the port is served by someone else", async () => {
  await using target = await server();
  await using other = await server();
  const armed = await killProcess({ ...target, address: other.address }).inject();
  const seen = await armed.witness();
  assertEquals(seen.witnessed, false);
  assertMatch(seen.detail, /says answered/);
});

Deno.test("pauseProcess is witnessed by state T and silence, and heals", async () => {
  await using target = await server();
  assertEquals(await target.runtime.knock(target.address, 1000), "answered");
  const armed = await pauseProcess(target).inject();
  const seen = await armed.witness();
  assertEquals(seen.witnessed, true, seen.detail);
  assertMatch(seen.detail, /in state T; .* answered before, now silent/);
  await armed.heal();
  assertEquals(await target.runtime.knock(target.address, 1000), "answered");
  assertEquals((await armed.witness()).witnessed, false);
});

Deno.test("pauseProcess is not witnessed for a process that goes on, and heals when it was killed meanwhile", async () => {
  await using target = await server();
  const deaf = but(target.process, { pause: () => Promise.resolve() });
  const idle = await pauseProcess({ ...target, process: deaf }).inject();
  const seen = await idle.witness();
  assertEquals(seen.witnessed, false);
  assert(!seen.detail.includes("state T"), seen.detail);

  const armed = await pauseProcess(target).inject();
  await target.process.kill();
  await armed.heal();
  assertEquals((await target.process.inspect()).state, "gone");
});

Deno.test({
  name:
    "pauseProcess and killProcess are witnessed in a container, by its engine and by a knock from inside the cell",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell } = pods;
    const { process, address } = await startWorker(cell, "worker");
    const target = { process, address, runtime: cell };

    const paused = await pauseProcess(target).inject();
    const stopped = await paused.witness();
    assertEquals(stopped.witnessed, true, stopped.detail);
    assertMatch(stopped.detail, /is paused.*; .* answered before, now silent/);
    await paused.heal();
    await paused.heal();
    assertEquals(await cell.knock(address, 5000), "answered");
    assertEquals((await paused.witness()).witnessed, false);

    const killed = await killProcess(target).inject();
    const gone = await killed.witness();
    assertEquals(gone.witnessed, true, gone.detail);
    assertMatch(gone.detail, /has ended.*; .* says ECONNREFUSED/);
    await killed.heal();
  },
});
