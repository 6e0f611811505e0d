import { assertEquals } from "@std/assert";
import { replayLine } from "./replay_line.ts";

Deno.test("replayLine can be pasted into a shell, whatever the folder is called", () => {
  assertEquals(
    replayLine("run-7", "envoy", "retry/count"),
    "deno task meshproof replay run-7:envoy/retry/count",
  );
  assertEquals(
    replayLine("it's mine", "envoy", "retry/count"),
    `deno task meshproof replay 'it'\\''s mine:envoy/retry/count'`,
  );
});
