import { assertEquals, assertRejects } from "@std/assert";
import { lookUp } from "./kernel.ts";
import { runProgram } from "./run_program.ts";
import { eventually } from "./testing/test_runtime.ts";

Deno.test("runProgram gives exit code and the lines of both streams", async () => {
  const lines: string[] = [];
  const options = { timeoutMs: 5_000, env: { NAME: "you" }, onLine: (line: string) => lines.push(line) };
  const { code, output } = await runProgram("sh", ["-c", "echo hello $NAME; exit 3"], options);
  assertEquals([code, output, lines], [3, "hello you", ["hello you"]]);
  const { output: errors } = await runProgram("sh", ["-c", "echo oops >&2"], { timeoutMs: 5_000 });
  assertEquals(errors, "oops");
});

Deno.test("runProgram ends a program that takes too long, and tells its last lines", async () => {
  const endless = ["-c", "echo begun; exec sleep 300"];
  await assertRejects(() => runProgram("sh", endless, { timeoutMs: 200 }), Error, "begun");
});

Deno.test("runProgram ends a program and what that has started when its signal is aborted", async () => {
  const end = new AbortController();
  const pids: number[] = [];
  // The second sleeper is a grandchild.
  const script = "sleep 100 & echo $!; echo $$; wait";
  const running = runProgram("sh", ["-c", script], {
    timeoutMs: 60_000,
    signal: end.signal,
    onLine: (line) => {
      pids.push(Number(line));
      if (pids.length === 2) end.abort(new Error("enough"));
    },
  });
  await assertRejects(() => running, Error, "enough");
  await eventually(
    "both to be gone",
    async () =>
      (await Promise.all(pids.map(lookUp))).every((shown) => shown === undefined || shown.state === "Z"),
  );
  await assertRejects(
    () => runProgram("true", [], { timeoutMs: 5_000, signal: end.signal }),
    Error,
    "enough",
  );
});

Deno.test("runProgram says that a program is missing", async () => {
  await assertRejects(
    () => runProgram("meshproof-nothing", [], { timeoutMs: 5_000 }),
    Error,
    "cannot be started",
  );
});
