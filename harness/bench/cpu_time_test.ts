import { assertEquals, assertThrows } from "@std/assert";
import { parseCpuSeconds } from "./cpu_time.ts";

Deno.test("parseCpuSeconds adds user and system time, whatever the program is called", () => {
  const stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 1 0 12345 1 1";
  assertEquals(parseCpuSeconds(stat), 3);
  assertThrows(() => parseCpuSeconds("7 (x) S 1"), Error, "proc(5)");
});
