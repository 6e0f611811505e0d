import { assertEquals } from "@std/assert";
import { exitStatusOf, exitText } from "./exit_status.ts";

Deno.test("exitStatusOf tells a signal from an exit code", () => {
  assertEquals(exitStatusOf(0), { code: 0, signal: null });
  assertEquals(exitStatusOf(64), { code: 64, signal: null });
  assertEquals(exitStatusOf(137), { code: 137, signal: "SIGKILL" });
  assertEquals(exitStatusOf(143), { code: 143, signal: "SIGTERM" });
  assertEquals(exitStatusOf(139), { code: 139, signal: "SIGSEGV" });
  assertEquals(exitStatusOf(255), { code: 255, signal: null });
});

Deno.test("exitText says which of the two it was", () => {
  assertEquals(exitText(exitStatusOf(3)), "exit code 3");
  assertEquals(exitText(exitStatusOf(137)), "ended by SIGKILL");
});
