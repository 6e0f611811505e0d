import { assertEquals, assertThrows } from "@std/assert";
import { SnapshotCache } from "./snapshot.ts";

function resource(name: string, text: string, typeUrl = "t") {
  return { typeUrl, name, bytes: new TextEncoder().encode(text) };
}

Deno.test("SnapshotCache grows a version only when content changed, whatever the order", () => {
  const cache = new SnapshotCache();
  assertEquals(cache.set("t", [resource("a", "1"), resource("b", "2")]), true);
  assertEquals(cache.set("t", [resource("b", "2"), resource("a", "1")]), false);
  assertEquals(cache.get("t")?.version, "1");
  assertEquals(cache.set("u", [resource("a", "1", "u")]), true);
  assertEquals(cache.set("t", [resource("a", "1")]), true);
  assertEquals([cache.get("t")?.version, cache.get("u")?.version, cache.version], ["3", "2", "3"]);
});

Deno.test("SnapshotCache refuses a resource of another type, and two by one name", () => {
  const cache = new SnapshotCache();
  assertThrows(
    () => cache.set("t", [resource("a", "1", "u")]),
    Error,
    "Cannot offer a under t: its type is u",
  );
  assertThrows(() => cache.set("t", [resource("a", "1"), resource("a", "2")]), Error, "by one name: a");
  assertEquals(cache.version, "0");
});
