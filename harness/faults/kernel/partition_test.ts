import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { Pod } from "../../model/process.ts";
import type { ArmedFault } from "../fault.ts";
import { isolate, minority, partition, ring } from "./partition.ts";
import { openPods } from "./testing/pods.ts";
import { connect, connectAll, type Listener, listenIn } from "./testing/traffic.ts";

Deno.test({
  name: "partition, minority, ring and isolate cut what they say between real pods, and nothing else",
  ignore: WITHOUT_DOCKER,
  fn: async (t) => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const [a, b, c, d] = await Promise.all(["a", "b", "c", "d"].map((name) => cell.pod(name))) as [
      Pod,
      Pod,
      Pod,
      Pod,
    ];
    await using listening = new AsyncDisposableStack();
    const [atA, atB, atC, atD] = await Promise.all(
      [a, b, c, d].map(async (pod) => listening.use(await listenIn(cell, pod))),
    ) as [Listener, Listener, Listener, Listener];
    const from = (pod: Pod) => (to: Listener) => connect(kernel, pod, to);
    /** Every pod connects to every other; what came of it, by rows and columns in order. */
    const everyone = async () => {
      const rows = await Promise.all(
        [a, b, c, d].map(async (pod) => {
          const others = [atA, atB, atC, atD].filter((to) => to.pod !== pod);
          const words = await connectAll(kernel, pod, others);
          words.splice([a, b, c, d].indexOf(pod), 0, "self");
          return words;
        }),
      );
      return rows.map((row) =>
        row.map((word) => ({ self: "-", connected: "1", lost: "0" })[word] ?? word).join("")
      );
    };
    const OPEN = ["-111", "1-11", "11-1", "111-"];
    const rulesOf = async () =>
      (await Promise.all([a, b, c, d].map((pod) => kernel.run(pod, ["nft", "-s", "list", "ruleset"]))))
        .join("").trim();
    // The engine's own, for its name server.
    const rulesBefore = await rulesOf();
    const healed = async (armed: ArmedFault) => {
      await armed.heal();
      await armed.heal();
      assertEquals(await everyone(), OPEN);
      assertEquals(await rulesOf(), rulesBefore);
    };

    await t.step("without a fault everybody reaches everybody", async () => {
      assertEquals(await everyone(), OPEN);
    });

    await t.step("partition cuts both ways, and the two pods only", async () => {
      const armed = await partition({ kernel, between: [a, b] }).inject();
      const unseen = await armed.witness();
      assertEquals(unseen.witnessed, false, unseen.detail);
      assertMatch(unseen.detail, /nothing but silence to cut/);
      const takenBefore = atB.taken;
      assertEquals(await everyone(), ["-011", "0-11", "11-1", "111-"]);
      assertEquals(atB.taken, takenBefore + 2);
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      await healed(armed);
    });

    await t.step(
      "partition between pods that do not talk stays without a witness, however often it is asked",
      async () => {
        const armed = await partition({ kernel, between: [a, b] }).inject();
        assertEquals(await from(c)(atD), "connected");
        for (let look = 0; look < 3; look++) assertEquals((await armed.witness()).witnessed, false);
        await healed(armed);
      },
    );

    await t.step("partition of one way loses packets of that way only", async () => {
      const armed = await partition({ kernel, between: [a, b], direction: "one-way" }).inject();
      // Neither can finish a handshake; the kernel's counters tell which half of it is lost.
      assertEquals(await from(a)(atB), "lost");
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      assertMatch(seen.detail, /packets that ended at a cut: a -> b [1-9]\d*;/);
      assertMatch(seen.detail, /b -> a: [1-9]\d* knocks and \d+ other packets arrive/);
      await healed(armed);
    });

    await t.step("partition by rejection resets at once in place of silence", async () => {
      const armed = await partition({ kernel, between: [a, [b, c]], action: "reject" }).inject();
      assertEquals(await from(a)(atB), "Connection refused");
      assertEquals(await from(c)(atA), "Connection refused");
      assertEquals(await from(b)(atC), "connected");
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      await healed(armed);
    });

    await t.step("partition that the kernel does not carry out has no witness", async () => {
      const armed = await partition({ kernel, between: [a, b] }).inject();
      await from(a)(atB);
      assertEquals((await armed.witness()).witnessed, true);
      await kernel.run(b, ["nft", "flush", "chain", "ip", "meshproof-partition-a-b", "incoming"]);
      const seen = await armed.witness();
      assertEquals(seen.witnessed, false, seen.detail);
      await armed.heal();
    });

    await t.step(
      "partition of a name that is in force is refused, and leaves the first as it is",
      async () => {
        const armed = await partition({ kernel, between: [a, b], name: "twice" }).inject();
        await assertRejects(
          () => partition({ kernel, between: [c, b], name: "twice" }).inject(),
          Error,
          "File exists",
        );
        assertEquals(await everyone(), ["-011", "0-11", "11-1", "111-"]);
        await healed(armed);
      },
    );

    await t.step("minority cuts fewer than half from the rest", async () => {
      const armed = await minority([c], [a, b, c], { kernel }).inject();
      assertEquals(await everyone(), ["-101", "1-01", "00-1", "111-"]);
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      await healed(armed);
    });

    await t.step("ring leaves each its two neighbours", async () => {
      const armed = await ring([a, b, c, d], { kernel }).inject();
      assertEquals(await everyone(), ["-101", "1-10", "01-1", "101-"]);
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      await healed(armed);
    });

    await t.step("isolate shuts out those too who are not named", async () => {
      const armed = await isolate(a, [b], { kernel }).inject();
      assertEquals(await everyone(), ["-000", "0-11", "01-1", "011-"]);
      const seen = await armed.witness();
      assert(seen.witnessed, seen.detail);
      assertEquals(await from(a)(atA), "connected");
      await healed(armed);
    });

    await t.step("two partitions at once are healed each by itself", async () => {
      const first = await partition({ kernel, between: [a, b] }).inject();
      const second = await partition({ kernel, between: [a, c], direction: "one-way" }).inject();
      await first.heal();
      assertEquals(await everyone(), ["-101", "1-11", "01-1", "111-"]);
      await healed(second);
    });
  },
});
