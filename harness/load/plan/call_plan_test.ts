import { assert, assertEquals, assertThrows } from "@std/assert";
import { closedLoop, constantRate, poissonRate } from "./call_plan.ts";

Deno.test("constantRate spaces calls evenly without drift", () => {
  const due = [...constantRate(300, 901).dueMs];
  assertEquals(due.slice(0, 4), [0, 1000 / 300, 2000 / 300, 10]);
  assertEquals(due[900], 3000);
});

Deno.test("constantRate without a number goes on for ever", () => {
  const due = constantRate(10).dueMs[Symbol.iterator]();
  for (let index = 0; index < 1000; index++) assertEquals(due.next().value, index * 100);
});

Deno.test("poissonRate is the same for the same seed, differs by name, and has the mean of its rate", () => {
  const of = (seed: number, name: string) => [...poissonRate(1000, 5000, seed, name).dueMs];
  assertEquals(of(1, "a"), of(1, "a"));
  assert(of(1, "a")[10] !== of(1, "b")[10]);
  assert(of(1, "a")[10] !== of(2, "a")[10]);
  const lastMs = of(1, "a").at(-1) ?? 0;
  assert(lastMs > 4700 && lastMs < 5300, `5000 calls at 1000/s take ${lastMs} ms`);
});

Deno.test("plans can be iterated more than once", () => {
  const plan = constantRate(100, 3);
  assertEquals([...plan.dueMs], [...plan.dueMs]);
});

Deno.test("plans refuse counts and rates that cannot be kept", () => {
  assertThrows(
    () => closedLoop(0, 5),
    RangeError,
    "concurrency must be a whole number of at least 1: current value is 0",
  );
  assertThrows(() => closedLoop(1, 1.5), RangeError, "n must be");
  assertThrows(() => constantRate(0, 5), RangeError, "perSecond must be above 0: current value is 0");
  assertThrows(() => poissonRate(NaN, 5, 1, "a"), RangeError, "current value is NaN");
});
