import { assertEquals } from "@std/assert";
import { STATUS, STATUS_NAMES } from "./grpc_status.ts";

Deno.test("STATUS_NAMES has the name of each code at its number", () => {
  assertEquals(STATUS_NAMES.length, 17);
  for (const [name, code] of Object.entries(STATUS)) assertEquals(STATUS_NAMES[code], name);
});
