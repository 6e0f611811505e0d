import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { awaitReady, NotReadyError, spawnUntilLine } from "./await_ready.ts";
import { lookUp } from "./kernel.ts";
import { openTestRuntime, shell } from "./testing/test_runtime.ts";

const portOf = (line: string) => /port (\d+)/.exec(line)?.[1];

Deno.test("spawnUntilLine gives what the ready line says, and onLine gets every line", async () => {
  await using test = await openTestRuntime();
  const lines: string[] = [];
  const spec = shell("web", "echo hello; echo port 81; echo port 82; read end", (line) => lines.push(line));
  const { process, ready } = await spawnUntilLine(test.runtime.spawn, spec, portOf, { timeoutMs: 5_000 });
  assertEquals(ready, "81");
  assertEquals(test.edges(), ["web started", "web ready"]);
  await process.send("end");
  await process.exited;
  assertEquals(lines, ["hello", "port 81", "port 82"]);
});

Deno.test("spawnUntilLine tells exit code and last lines of a child that ended first", async () => {
  await using test = await openTestRuntime();
  const spec = shell("web", "echo bad configuration >&2; exit 9");
  const error = await assertRejects(
    () => spawnUntilLine(test.runtime.spawn, spec, portOf, { timeoutMs: 5_000 }),
    NotReadyError,
  );
  assertStringIncludes(String(error), "exit code 9");
  assertStringIncludes(String(error), "bad configuration");
});

Deno.test("spawnUntilLine accepts a ready line that the child wrote just before it ended", async () => {
  await using test = await openTestRuntime();
  const spec = shell("brief", "echo port 80");
  const { ready } = await spawnUntilLine(test.runtime.spawn, spec, portOf, { timeoutMs: 5_000 });
  assertEquals(ready, "80");
});

Deno.test("awaitReady ends a child that is too slow", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("slow", "exec sleep 300"));
  let aborted = false;
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => {
        aborted = true;
        reject(signal.reason);
      })
    );
  const options = { timeoutMs: 30, what: "a listener" };
  await assertRejects(() => awaitReady(child, never, options), NotReadyError, "a listener");
  assert(aborted);
  assertEquals(await lookUp(child.pid), undefined);
});

Deno.test("awaitReady passes on what the condition throws, once the child is ended", async () => {
  await using test = await openTestRuntime();
  const child = await test.runtime.spawn(shell("odd", "exec sleep 300"));
  const refuse = () => Promise.reject(new RangeError("odd answer"));
  await assertRejects(() => awaitReady(child, refuse, { timeoutMs: 5_000 }), RangeError, "odd answer");
  assertEquals(await lookUp(child.pid), undefined);
});
