import { assert, assertEquals, assertRejects } from "@std/assert";
import { firstArrivals } from "./arrivals.ts";
import { H2LOAD, MESHPROOF, runGenerator, UnansweredError } from "./generators.ts";
import { withPlace } from "./testing/open_test_place.ts";

Deno.test("runGenerator runs our own generator to its last call, and has the arrivals that the server noted", async () => {
  await withPlace(async (place) => {
    const { report, usage, arrivalsMs } = await runGenerator(MESHPROOF, place, {
      kind: "constant",
      ratePerSecond: 500,
      calls: 100,
    });
    assertEquals([report.calls, report.failed, arrivalsMs.length], [100, 0, 100]);
    assert(usage.cpuSeconds > 0 && usage.peakBytes > 0);
    const closed = await runGenerator(MESHPROOF, place, { kind: "closed", inFlight: 10, calls: 300 });
    assertEquals([closed.report.calls, closed.report.failed, closed.arrivalsMs.length], [300, 0, 0]);
    // Nothing of a run stays, however much it wrote.
    assertEquals([...Deno.readDirSync(place.folder)].filter(({ name }) => name.endsWith("-run")), []);
  });
});

Deno.test("runGenerator refuses a load of which calls were not answered", async () => {
  await withPlace(async (place) => {
    const dying = runGenerator(
      MESHPROOF,
      place,
      { kind: "constant", ratePerSecond: 500, calls: 1_000 },
      async (server, arrivals, signal) => {
        await firstArrivals(arrivals, signal);
        await server.process.kill();
      },
    );
    await assertRejects(() => dying, UnansweredError, "meshproof load");
  });
});

Deno.test("h2load is given no plan, which it would not keep", async () => {
  const shape = { kind: "constant", ratePerSecond: 10, calls: 10 } as const;
  await withPlace(async (place) => {
    await assertRejects(() => H2LOAD.commandLine(place, 1, shape, place.folder), Error, "closed loop");
  });
});
