import { assertEquals } from "@std/assert";
import { nearest } from "./nearest.ts";

const FIELDS = ["route", "retries", "timeout", "perTryTimeout"];

Deno.test("nearest finds the name behind a slip, whatever its case", () => {
  assertEquals(nearest("rout", FIELDS), "route");
  assertEquals(nearest("retires", FIELDS), "retries");
  assertEquals(nearest("TIMEOUT", FIELDS), "timeout");
  assertEquals(nearest("perTryTimeOut", FIELDS), "perTryTimeout");
});

Deno.test("nearest says nothing when no name is near", () => {
  assertEquals(nearest("mirror", FIELDS), undefined);
  assertEquals(nearest("anything", []), undefined);
});
