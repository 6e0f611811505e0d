import { assertEquals } from "@std/assert";
import { rehearse } from "./rehearse.ts";

Deno.test("rehearse records a whole run of its own, and may be repeated", () => {
  assertEquals(rehearse(), 4000);
  assertEquals(rehearse(), 4000);
});
