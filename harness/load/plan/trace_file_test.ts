import { assertEquals, assertThrows } from "@std/assert";
import { dueTimes, eachDueTime } from "./due_times.ts";
import { parsePlan } from "./parse_plan.ts";
import { writeTrace } from "./trace_file.ts";

function withFile(test: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(`${folder}/trace`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a plan that was written as a trace comes back the same to the last bit", () =>
  withFile((path) => {
    const context = { perSecond: 900, requests: 10_000, seed: 3, name: "x" };
    const plan = parsePlan("poisson", context);
    if (plan.kind === "closed") throw new Error("expected an open plan");
    assertEquals(writeTrace(path, dueTimes(plan), plan), 10_000);
    assertEquals([...eachDueTime({ kind: "trace", path })], [...eachDueTime(plan)]);
    assertEquals([...dueTimes({ kind: "trace", path })].map(({ length }) => length), [4096, 4096, 1808]);
  }));

Deno.test("a trace is read from plain numbers and from NDJSON, up to its end, its duration or its requests", () =>
  withFile((path) => {
    Deno.writeTextFileSync(path, '# mine\n0\n1.5\n\n{"dueMs": 2, "user": "a"}\r\n1e3');
    assertEquals([...eachDueTime({ kind: "trace", path })], [0, 1.5, 2, 1000]);
    assertEquals([...eachDueTime({ kind: "trace", path, durationMs: 2 })], [0, 1.5]);
    assertEquals([...eachDueTime({ kind: "trace", path, requests: 3 })], [0, 1.5, 2]);
  }));

Deno.test("a trace that is none is refused by file and line", () =>
  withFile((path) => {
    const refused = (text: string, words: string) => {
      Deno.writeTextFileSync(path, text);
      assertThrows(() => [...eachDueTime({ kind: "trace", path })], SyntaxError, words);
    };
    refused("0\n5\n4", `${path}:3: expected milliseconds of at least 5`);
    refused("0\nsoon", `${path}:2: expected milliseconds`);
    refused("-1", `${path}:1: expected milliseconds of at least 0`);
    refused('{"dueMs": "1"}', "found");
    refused("{dueMs", "found");
    refused("Infinity", "found");
  }));
