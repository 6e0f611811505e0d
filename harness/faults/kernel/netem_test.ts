import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { isNetemSupported, netem, netemArguments } from "./netem.ts";
import { plainPod } from "./testing/plain_pod.ts";
import { openPods } from "./testing/pods.ts";
import { connect, listenIn } from "./testing/traffic.ts";
import { UnsupportedFaultError } from "./unsupported.ts";

Deno.test("netemArguments writes what tc-netem(8) takes", () => {
  assertEquals(netemArguments("n", { delayMs: 50, jitterMs: 10 }), ["delay", "50ms", "10ms"]);
  assertEquals(
    netemArguments("n", { delayMs: 20, lossShare: 0.1, duplicateShare: 0.005, reorderShare: 0.25 }),
    ["delay", "20ms", "loss", "random", "10%", "duplicate", "0.5%", "reorder", "25%"],
  );
});

Deno.test("netemArguments refuses what makes no sense, in words", () => {
  for (
    const [effects, says] of [
      [{}, "a delay or a share above 0, found none"],
      [{ lossShare: 1.5 }, "lossShare from 0 to 1, found 1.5"],
      [{ delayMs: -1 }, "a delay of 0 ms or more"],
      [{ delayMs: 10, jitterMs: 10 }, "a jitter below it, found 10 and 10"],
      [{ reorderShare: 0.1 }, "a delay with reorderShare"],
    ] as const
  ) assertThrows(() => netemArguments("netem a", effects), TypeError, says);
});

Deno.test("isNetemSupported tells a kernel without netem from one that could not be asked", async () => {
  const saying = (words: string) => ({ run: () => Promise.resolve(words) }) as unknown as CellKernel;
  const pod = plainPod("a", "10.1.0.2");
  assertEquals(await isNetemSupported(saying("supported\n"), pod), { supported: true });
  for (
    const reason of [
      "Error: Specified qdisc kind is unknown.",
      "RTNETLINK answers: No such file or directory",
    ]
  ) assertEquals(await isNetemSupported(saying(`${reason}\n`), pod), { supported: false, reason });
  await assertRejects(
    () => isNetemSupported(saying("RTNETLINK answers: Operation not permitted"), pod),
    Error,
    "Operation not permitted",
  );
});

Deno.test({
  name: "netem delays real packets where the kernel has it, and says in the kernel's words where it has not",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const [a, b] = await Promise.all([cell.pod("a"), cell.pod("b")]) as [Pod, Pod];
    const state = async () =>
      await kernel.run(a, ["ip", "-o", "link"]) + await kernel.run(a, ["tc", "qdisc", "show"]);
    const before = await state();
    const support = await isNetemSupported(kernel, a);
    assertEquals(await state(), before);
    const fault = netem({ kernel, pod: a, peer: b, delayMs: 60 });
    if (!support.supported) {
      const error = await assertRejects(() => fault.inject(), UnsupportedFaultError, support.reason);
      assertEquals([error.fault, error.reason], ["netem", support.reason]);
      assertEquals(await state(), before);
      return;
    }
    const armed = await fault.inject();
    assertEquals((await armed.witness()).witnessed, false);
    await using atB = await listenIn(cell, b);
    assertEquals(await connect(kernel, a, atB), "connected");
    const seen = await armed.witness();
    assert(seen.witnessed, seen.detail);
    await armed.heal();
    await armed.heal();
    assertEquals((await kernel.run(a, ["tc", "qdisc", "show"])).includes("netem"), false);
  },
});
