import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseDuration } from "./duration.ts";

Deno.test("parseDuration reads what Go's time.ParseDuration reads, in milliseconds", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["0", 0],
    ["0s", 0],
    ["250ms", 250],
    ["1.5s", 1_500],
    [".5s", 500],
    ["1.s", 1_000],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["10us", 0.01],
    ["10µs", 0.01],
    ["5ns", 0.000_005],
    ["0.1s0.2s", 300],
  ];
  for (const [text, durationMs] of cases) assertEquals(parseDuration(text), durationMs, text);
});

Deno.test("parseDuration refuses text without a unit, with a sign, with spaces, or none at all", () => {
  for (const text of ["", "5", "1.5", "-1s", "+1s", "1 s", " 1s", "1s ", "1d", "s", ".s", "1s2", "1e3ms"]) {
    assertEquals(parseDuration(text), undefined, JSON.stringify(text));
  }
});

Deno.test("parseDuration adds up its parts, whatever they are", () => {
  const part = fc.nat(10_000);
  fc.assert(fc.property(part, part, part, (minutes, seconds, millis) => {
    assertEquals(
      parseDuration(`${minutes}m${seconds}s${millis}ms`),
      minutes * 60_000 + seconds * 1_000 + millis,
    );
  }));
});
