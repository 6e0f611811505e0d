import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { wakeAt } from "./delay_queue.ts";

Deno.test("property: wakeAt calls back in the order of the moments, never early, and not what was cancelled", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ afterMs: fc.nat({ max: 12 }), isCancelled: fc.boolean() })),
      async (waits) => {
        const beganT = performance.now();
        const woken: number[] = [];
        await Promise.all(waits.map(({ afterMs, isCancelled }) =>
          new Promise<void>((resolve) => {
            const dueT = beganT + afterMs;
            const cancel = wakeAt(dueT, () => {
              assert(performance.now() >= dueT);
              woken.push(afterMs);
              resolve();
            });
            if (isCancelled) resolve(cancel());
          })
        ));
        const wanted = waits.filter((wait) => !wait.isCancelled).map((wait) => wait.afterMs).sort((a, b) =>
          a - b
        );
        assertEquals(woken, wanted);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("wakeAt: what is asked for while another is woken is woken, too", async () => {
  const now = performance.now();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    wakeAt(now + 3, () => {
      order.push("outer");
      wakeAt(now, () => order.push("inner"));
    });
    wakeAt(now + 6, () => resolve());
  });
  assertEquals(order, ["outer", "inner"]);
});
