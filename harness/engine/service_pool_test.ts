import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ServiceEvent } from "../../fixtures/services/protocol.ts";
import type { ProcessSpec, RunningProcess } from "../model/process.ts";
import { ProcessPod } from "../runtime/process_pod.ts";
import { PooledService, ServicePool, startService } from "./service_pool.ts";

/** A process that is a table of answers: `answer` gets every line that is sent to it. */
function played(spec: ProcessSpec, answer: (line: Record<string, unknown>, spec: ProcessSpec) => void) {
  const exited = Promise.withResolvers<{ code: number; signal: string | null }>();
  let ended = false;
  const end = (code: number) => {
    ended = true;
    exited.resolve({ code, signal: null });
  };
  const process: RunningProcess & { end(code: number): void; readonly isEnded: boolean } = {
    name: spec.name,
    pid: 1,
    pod: spec.pod ?? new ProcessPod(spec.name),
    inspect: () => Promise.resolve({ state: ended ? "gone" : "running", detail: "played" }),
    exited: exited.promise,
    send: (line) => {
      if (ended) return Promise.reject(new Error(`${spec.name} has ended`));
      answer(JSON.parse(line), spec);
      return Promise.resolve();
    },
    kill: () => Promise.resolve(end(137)),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    stop: () => Promise.resolve(end(0)),
    tail: () => "its last words",
    [Symbol.asyncDispose]: () => Promise.resolve(end(0)),
    end,
    get isEnded() {
      return ended;
    },
  };
  return process;
}

const SPEC: ProcessSpec = { name: "service-1", program: { command: "true" }, args: [] };

Deno.test("PooledService.command resolves with the answer to its own token, whatever comes first", async () => {
  const tokens: string[] = [];
  const service = new PooledService(played(SPEC, ({ token }) => tokens.push(String(token))), 1);
  const order: string[] = [];
  const first = service.command({ command: "flush" }).then(() => order.push("first"));
  const second = service.command({ command: "flush" }).then(() => order.push("second"));
  await Promise.resolve();
  assertEquals(new Set(tokens).size, 2);
  service.onLine(JSON.stringify({ event: "done", token: tokens[1] }));
  await second;
  service.onLine(JSON.stringify({ event: "done", token: tokens[0] }));
  await first;
  assertEquals(order, ["second", "first"]);
  assertEquals(service.broken, false);
});

Deno.test("PooledService tells every event that is no answer to whoever listens now", () => {
  const service = new PooledService(played(SPEC, () => undefined), 1);
  const seen: ServiceEvent[] = [];
  const event = { event: "attempt.ended", epochMs: 1, id: "a", instance: "echo-1", ordinal: 1, status: "OK" };
  service.onLine(JSON.stringify(event));
  service.onEvent = (told) => seen.push(told);
  service.onLine(JSON.stringify(event));
  service.onLine(JSON.stringify({ event: "done", token: "of nobody" }));
  assertEquals(seen, [event as ServiceEvent]);
});

Deno.test("PooledService.command rejects with the service's own error, and the service is not used again", async () => {
  const service: PooledService = new PooledService(
    played(
      SPEC,
      ({ token }) => service.onLine(JSON.stringify({ event: "done", token, error: "no registry" })),
    ),
    1,
  );
  await assertRejects(() => service.command({ command: "flush" }), Error, "service-1: no registry");
  assert(service.broken);
});

Deno.test("PooledService.command rejects at once when the process ends before it answers, with its last words", async () => {
  const process = played(SPEC, () => undefined);
  const service = new PooledService(process, 1);
  const waiting = service.command({ command: "flush" });
  process.end(3);
  await assertRejects(
    () => waiting,
    Error,
    "service-1 exited with code 3 before it answered: its last words",
  );
  assert(service.broken);
});

/** A pool whose processes say at once that they are ready. */
function pool(isProfiled = false, answer: Parameters<typeof played>[1] = () => undefined) {
  const processes: ReturnType<typeof played>[] = [];
  const spawn = (spec: ProcessSpec) => {
    const process = played(spec, answer);
    processes.push(process);
    const address = `127.0.0.1:${4_000 + processes.length}`;
    queueMicrotask(() =>
      spec.onLine?.(JSON.stringify({ event: "ready", address, httpAddress: address, pid: 1, epochMs: 1 }))
    );
    return Promise.resolve(process);
  };
  const made = new ServicePool(
    { spawn, pod: (name) => Promise.resolve(new ProcessPod(name)) },
    7,
    isProfiled,
  );
  return { made, processes };
}

Deno.test("ServicePool gives a sound process to one cell after another, never to two at once", async () => {
  const { made } = pool();
  const [one, two] = [await made.acquire(), await made.acquire()];
  assert(one !== two);
  await made.release(one);
  assert(await made.acquire() === one);
  assertEquals(made.started, 2);
});

Deno.test("ServicePool forgets who listened when a process is given back", async () => {
  const { made } = pool();
  const service = await made.acquire();
  const seen: ServiceEvent[] = [];
  service.onEvent = (event) => seen.push(event);
  await made.release(service);
  service.onLine(JSON.stringify({ event: "attempt.ended" }));
  assertEquals(seen, []);
});

Deno.test("ServicePool ends what was broken in place of giving it out again", async () => {
  const { made, processes } = pool();
  const service = await made.acquire();
  service.broken = true;
  await made.release(service);
  assert(processes[0]?.isEnded);
  assert(await made.acquire() !== service);
});

Deno.test("ServicePool passes over an idle process that has died meanwhile", async () => {
  const { made, processes } = pool();
  const service = await made.acquire();
  await made.release(service);
  processes[0]?.end(1);
  await processes[0]?.exited;
  await Promise.resolve();
  assert(await made.acquire() !== service);
});

Deno.test("startService takes the port of its ordinal in its pod, and has the service listen there", async () => {
  const configs: { readonly port: number }[] = [];
  const home = {
    pod: (name: string) =>
      Promise.resolve({ ...new ProcessPod(name), freePorts: (count: number) => [7, 8, 9].slice(0, count) }),
    spawn: (spec: ProcessSpec) => {
      configs.push(JSON.parse(String((spec.args as readonly string[])[1])));
      queueMicrotask(() => spec.onLine?.(JSON.stringify({ event: "ready", address: "127.0.0.1:1" })));
      return Promise.resolve(played(spec, () => undefined));
    },
  };
  assertEquals((await startService(home, "first", 1)).port, 7);
  assertEquals((await startService(home, "third", 1, 2)).port, 9);
  assertEquals(configs.map(({ port }) => port), [7, 9]);
});

Deno.test("ServicePool.warm starts as many as are asked for, once", async () => {
  const { made } = pool();
  await made.warm(3);
  assertEquals(made.started, 3);
  await made.warm(2);
  assertEquals(made.started, 3);
});

Deno.test("PooledService.command rejects once when the process ends while the command is still being written", async () => {
  const process = played(SPEC, () => undefined);
  const sent = Promise.withResolvers<void>();
  const service = new PooledService(
    { ...process, exited: process.exited, send: () => sent.promise },
    1,
  );
  const rejected = assertRejects(
    () => service.command({ command: "flush" }),
    Error,
    "service-1 exited with code 3",
  );
  process.end(3);
  await process.exited;
  // A turn of the event loop, in which nobody hears a rejection that nobody awaits yet.
  await new Promise((resolve) => setTimeout(resolve));
  sent.reject(new Error("broken pipe"));
  await rejected;
});

Deno.test("ServicePool.recordings: each idle process tells what it was sampled doing since it was made", async () => {
  const commands: unknown[] = [];
  const recording = { startEpochMs: 1 };
  const { made } = pool(true, ({ command, token }, spec) => {
    commands.push([spec.name, command]);
    const answer = { event: "done", token, ...(command === "profile.stop" ? { recording } : {}) };
    queueMicrotask(() => spec.onLine?.(JSON.stringify(answer)));
  });
  const [idle, broken] = [await made.acquire(), await made.acquire()];
  await made.acquire();
  await made.release(idle);
  broken.broken = true;
  await made.release(broken);
  assertEquals(await made.recordings() as readonly unknown[], [["service-1", recording]]);
  assertEquals(commands, [
    ["service-1", "profile.start"],
    ["service-2", "profile.start"],
    ["service-3", "profile.start"],
    ["service-1", "profile.stop"],
  ]);
});
