import { assertEquals, assertRejects } from "@std/assert";
import { runProgram } from "./run_program.ts";

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

Deno.test("runProgram says that a program is missing", async () => {
  await assertRejects(
    () => runProgram("meshproof-nothing", [], { timeoutMs: 5_000 }),
    Error,
    "cannot be started",
  );
});
