import { assert, assertEquals, assertMatch } from "@std/assert";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { disconnect } from "./disconnect.ts";
import { openPods } from "./testing/pods.ts";
import { connect, listenIn } from "./testing/traffic.ts";

Deno.test({
  name: "disconnect takes a real pod off its network, and puts it back at the same address",
  ignore: WITHOUT_DOCKER,
  fn: async (t) => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const [a, b] = await Promise.all([cell.pod("a"), cell.pod("b")]);
    await using atA = await listenIn(cell, a);
    await using atB = await listenIn(cell, b);
    const both = async () => [await connect(kernel, a, atB), await connect(kernel, b, atA)];
    const open = ["connected", "connected"];

    await t.step(
      "disconnect is seen by the engine, from inside and by the peer; healing brings all back",
      async () => {
        assertEquals(await both(), open);
        const armed = await disconnect({ kernel, pod: a, peer: b }).inject();
        const seen = await armed.witness();
        assert(seen.witnessed, seen.detail);
        assertMatch(
          seen.detail,
          /a is off the network; .* at no interface of it; a knock from b: refused before/,
        );
        // Whoever has no cable learns it at once; its peers do not.
        const [outward, inward] = await both();
        assertEquals(outward, "Network is unreachable");
        assert(inward !== "connected", inward);
        await armed.heal();
        await armed.heal();
        assertEquals(await kernel.isConnected(a), true);
        assertEquals(await both(), open);
        assertEquals((await armed.witness()).witnessed, false);
      },
    );

    await t.step("disconnect that pulls nothing has no witness", async () => {
      const idle: CellKernel = {
        run: (pod, commandLine, undo) => kernel.run(pod, commandLine, undo),
        disconnect: () => Promise.resolve(),
        connect: (pod) => kernel.connect(pod),
        isConnected: (pod) => kernel.isConnected(pod),
        limit: (process, limits) => kernel.limit(process, limits),
        usage: (process) => kernel.usage(process),
      };
      const armed = await disconnect({ kernel: idle, pod: a, peer: b }).inject();
      const seen = await armed.witness();
      assertEquals(seen.witnessed, false);
      assertMatch(seen.detail, /a is on the network/);
      await armed.heal();
      assertEquals(await both(), open);
    });
  },
});
