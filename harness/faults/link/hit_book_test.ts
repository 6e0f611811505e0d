import { assertEquals, assertMatch } from "@std/assert";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { HitBook } from "./hit_book.ts";

Deno.test("HitBook counts every strike, and each connection once", () => {
  const recorder = memoryRecorder();
  const book = new HitBook("l", recorder);
  book.open("idle");
  book.hit("f", { connection: 1, direction: "up", detail: "first" });
  book.hit("f", { connection: 1, detail: "second" });
  book.hit("f", { connection: 2, detail: "third" });
  book.count("f", { bytes: 7, pieces: 2 });
  book.count("f", { bytes: 3 });
  assertEquals(book.faults, {
    idle: { connections: 0, bytes: 0, pieces: 0, strikes: 0 },
    f: { connections: 2, bytes: 10, pieces: 2, strikes: 3 },
  });
  assertEquals(
    recorder.of("fault.hit").map(({ source, fault, link, connection, direction, detail }) => [
      source,
      fault,
      link,
      connection,
      direction,
      detail,
    ]),
    [["fault", "f", "l", 1, "up", "first"], ["fault", "f", "l", 1, undefined, "second"], [
      "fault",
      "f",
      "l",
      2,
      undefined,
      "third",
    ]],
  );
});

Deno.test("HitBook records a thousand strikes of a fault, says so, and only counts the rest", () => {
  const recorder = memoryRecorder();
  const book = new HitBook("l", recorder);
  for (let connection = 1; connection <= 1500; connection++) book.hit("f", { connection, detail: "struck" });
  book.hit("g", { connection: 1, detail: "another fault's" });
  assertEquals(recorder.of("fault.hit").length, 1001);
  assertEquals(book.faults["f"]?.strikes, 1500);
  assertEquals(recorder.of("note").length, 1);
  assertMatch(recorder.of("note")[0]?.text ?? "", /fault f has struck 1000 times/);
});
