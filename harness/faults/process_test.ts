import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunningProcess } from "../model/process.ts";
import { memoryRecorder } from "../observe/testing/memory_recorder.ts";
import { lookUp } from "../runtime/kernel.ts";
import { probeHttp } from "./http_probe.ts";
import { injectFault } from "./inject_fault.ts";
import { killProcess, pauseProcess } from "./process.ts";

/** A child that serves HTTP/2, as the fault sees it. */
async function server(): Promise<{ process: RunningProcess; address: string } & AsyncDisposable> {
  const program = `
    const http2 = await import("node:http2");
    const server = http2.createServer();
    server.on("sessionError", () => {});
    server.on("session", (session) => session.on("error", () => {}));
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      "--allow-net=127.0.0.1",
      `data:text/javascript,${encodeURIComponent(program)}`,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.endsWith("\n")) line += (await reader.read()).value ?? "\n";
  await reader.cancel();
  const exited = child.status.then(({ code, signal }) => ({ code, signal }));
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch { /* gone already */ }
    await exited;
  };
  const process: RunningProcess = {
    name: "server",
    pid: child.pid,
    exited,
    send: () => Promise.resolve(),
    kill: end,
    async pause() {
      child.kill("SIGSTOP");
      while ((await lookUp(child.pid))?.state !== "T");
    },
    resume: () => Promise.resolve(child.kill("SIGCONT")),
    stop: end,
    tail: () => "",
    [Symbol.asyncDispose]: end,
  };
  return { process, address: `127.0.0.1:${line.trim()}`, [Symbol.asyncDispose]: end };
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
  const armed = await killProcess({ process: target.process, address: other.address }).inject();
  const seen = await armed.witness();
  assertEquals(seen.witnessed, false);
  assertMatch(seen.detail, /says answered/);
});

Deno.test("pauseProcess is witnessed by state T and silence, and heals", async () => {
  await using target = await server();
  assertEquals(await probeHttp(target.address, 1000), "answered");
  const armed = await pauseProcess(target).inject();
  const seen = await armed.witness();
  assertEquals(seen.witnessed, true, seen.detail);
  assertMatch(seen.detail, /in state T; .* answered before, now silent/);
  await armed.heal();
  assertEquals(await probeHttp(target.address, 1000), "answered");
  assertEquals((await armed.witness()).witnessed, false);
});

Deno.test("pauseProcess is not witnessed for a process that goes on, and heals when it was killed meanwhile", async () => {
  await using target = await server();
  const deaf = { ...target.process, pause: () => Promise.resolve() };
  const idle = await pauseProcess({ process: deaf, address: target.address }).inject();
  const seen = await idle.witness();
  assertEquals(seen.witnessed, false);
  assert(!seen.detail.includes("state T"), seen.detail);

  const armed = await pauseProcess(target).inject();
  await target.process.kill();
  await armed.heal();
  assertEquals((await lookUp(target.process.pid))?.state ?? "gone", "gone");
});
