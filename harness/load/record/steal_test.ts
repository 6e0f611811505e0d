import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseCpuTimes, readCpuTimes, stealShare } from "./steal.ts";

const STAT = "cpu  100 20 30 400 5 6 7 32 90 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n";

Deno.test("parseCpuTimes adds all but the guests, who are counted already", () => {
  assertEquals(parseCpuTimes(STAT), { total: 600, steal: 32 });
});

Deno.test("parseCpuTimes says what it found when it is something else", () => {
  for (const text of ["", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7", "cpu 1 2 3 4 5 6 7 x"]) {
    assertThrows(() => parseCpuTimes(text), Error, `found ${JSON.stringify(text)}`);
  }
});

Deno.test("stealShare is of the time between two readings, and unknown without them", () => {
  const before = { total: 1000, steal: 10 };
  assertEquals(stealShare(before, { total: 1200, steal: 15 }), 0.025);
  assertEquals(stealShare(before, before), undefined);
  assertEquals(stealShare(undefined, before), undefined);
  assertEquals(stealShare(before, undefined), undefined);
});

Deno.test({
  name: "readCpuTimes reads times of this machine that do not go back",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const [before, after] = [await readCpuTimes(), await readCpuTimes()];
    assert(before !== undefined && after !== undefined);
    assert(before.total > 0 && after.total >= before.total && after.steal >= before.steal);
  },
});
