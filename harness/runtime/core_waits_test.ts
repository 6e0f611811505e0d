import { assert, assertEquals } from "@std/assert";
import { type CoreWait, parsePressure, watchCoreWaits } from "./core_waits.ts";
import { eventually, openTestRuntime } from "./testing/test_runtime.ts";

const LINE = "1763930000.250000 some avg10=1.00 avg60=2.00 avg300=3.00 total=1500000";

Deno.test("parsePressure reads time and total, and nothing of other lines", () => {
  assertEquals(parsePressure(LINE), { atMs: 1763930000250, totalMs: 1500 });
  assertEquals(parsePressure(LINE.replace(".250000", ",250000")), { atMs: 1763930000250, totalMs: 1500 });
  for (
    const other of ["", "full avg10=0.00 total=1", LINE.replace("some", "full"), LINE.replace("total", "t")]
  ) {
    assertEquals(parsePressure(other), undefined);
  }
});

Deno.test("watchCoreWaits bounds what could be waited by the cores that it may have been on", async () => {
  const waits: CoreWait[] = [];
  let tell = (_line: string) => {};
  await watchCoreWaits(
    (spec) => {
      tell = spec.onLine ?? tell;
      return Promise.reject(new Error("not started in this test"));
    },
    (wait) => waits.push(wait),
    4,
  );
  tell(LINE);
  tell(LINE.replace("250000", "500000").replace("1500000", "1510000"));
  tell(LINE.replace("250000", "750000").replace("1500000", "1760000"));
  assertEquals(waits, [{ waitedMs: 40, windowMs: 250 }, { waitedMs: 250, windowMs: 250 }]);
});

const ignore = Deno.build.os !== "linux" ||
  !new Deno.Command("bash", { args: ["-c", "read -r _ </proc/pressure/cpu"], stderr: "null" }).outputSync()
    .success;

Deno.test({
  name: "watchCoreWaits tells a window after another until its runtime ends, and sees programs that wait",
  ignore,
  fn: async () => {
    await using test = await openTestRuntime();
    const waits: CoreWait[] = [];
    await watchCoreWaits(test.runtime.spawn, (wait) => waits.push(wait));
    await eventually("two windows", () => waits.length >= 2);
    const busy = Array.from({ length: 2 * navigator.hardwareConcurrency }, (_, index) =>
      test.runtime.spawn({
        name: `busy-${index}`,
        program: { command: "sh" },
        args: ["-c", "while :; do :; done"],
      }));
    await Promise.all(busy);
    const before = waits.length;
    await eventually(
      "a window in which programs waited for most of it",
      () => waits.slice(before).some(({ waitedMs, windowMs }) => waitedMs > 0.8 * windowMs),
    );
    for (const { waitedMs, windowMs } of waits) {
      assert(waitedMs >= 0 && waitedMs <= windowMs && windowMs >= 200);
    }
  },
});
