import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { WITHOUT_DOCKER } from "../../runtime/testing/without_docker.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { limitBandwidth, weighBandwidth } from "./bandwidth.ts";
import type { QdiscStatistics } from "./qdisc.ts";
import { plainPod } from "./testing/plain_pod.ts";
import { openPods } from "./testing/pods.ts";
import { sendDatagrams } from "./testing/traffic.ts";

const SENT: QdiscStatistics = {
  kind: "tbf",
  handle: "4d50:",
  bytes: 100_000,
  packets: 70,
  drops: 0,
  overlimits: 12,
  backlog: 0,
};
const SEEN = { bytesPerSecond: 100_000, burstBytes: 16_384, withinMs: 1_000 };

Deno.test("weighBandwidth sees a bucket that held packets back and kept its rate", () => {
  assertEquals(weighBandwidth(SENT, SEEN).witnessed, true);
  assertEquals(weighBandwidth({ ...SENT, overlimits: 0, drops: 1 }, SEEN).witnessed, true);
});

Deno.test("weighBandwidth has no witness where nothing had to wait", () => {
  assertEquals(weighBandwidth({ ...SENT, overlimits: 0 }, SEEN).witnessed, false);
});

Deno.test("weighBandwidth has no witness where more was sent than the rate allows", () => {
  assertEquals(weighBandwidth({ ...SENT, bytes: 118_000 }, SEEN).witnessed, false);
  assertEquals(weighBandwidth({ ...SENT, bytes: 117_000 }, SEEN).witnessed, true);
});

Deno.test("limitBandwidth refuses a rate of nothing and a burst below one packet", () => {
  const kernel = {} as CellKernel;
  const pod = plainPod("a", "10.1.0.2");
  assertThrows(
    () => limitBandwidth({ kernel, pod, bytesPerSecond: 0 }),
    TypeError,
    "a rate of at least 1 byte/s",
  );
  assertThrows(
    () => limitBandwidth({ kernel, pod, bytesPerSecond: 1_000, burstBytes: 1_000 }),
    TypeError,
    "a burst of at least 1514 bytes",
  );
});

Deno.test({
  name: "limitBandwidth narrows what a real pod sends, and leaves nothing behind",
  ignore: WITHOUT_DOCKER,
  fn: async () => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const [a, b] = await Promise.all([cell.pod("a"), cell.pod("b")]);
    const received = async () =>
      Number(await kernel.run(b, ["cat", "/sys/class/net/eth0/statistics/rx_bytes"]));
    /** Bytes that came to b in how many milliseconds, of 100 datagrams. */
    const burst = async () => {
      const [beganT, before] = [performance.now(), await received()];
      await sendDatagrams(kernel, a, b, 100);
      return { bytes: await received() - before, withinMs: performance.now() - beganT };
    };
    const qdiscs = () => kernel.run(a, ["tc", "qdisc", "show", "dev", "eth0"]);
    const shownBefore = await qdiscs();
    const free = await burst();
    assert(free.bytes > 100 * 1400, `${free.bytes} bytes`);

    const rate = 50_000;
    const fault = limitBandwidth({ kernel, pod: a, bytesPerSecond: rate, queueMs: 500 });
    const armed = await fault.inject();
    const unseen = await armed.witness();
    assertEquals(unseen.witnessed, false, unseen.detail);
    const narrow = await burst();
    assert(narrow.bytes <= 16_384 + 1_514 + rate * narrow.withinMs / 1000, JSON.stringify(narrow));
    const seen = await armed.witness();
    assert(seen.witnessed, seen.detail);
    await assertRejects(() => fault.inject(), Error, "another discipline is at the root of eth0");

    await armed.heal();
    await armed.heal();
    assertEquals(await qdiscs(), shownBefore);
    const freeAgain = await burst();
    assert(freeAgain.bytes > 100 * 1400, `${freeAgain.bytes} bytes`);
  },
});
