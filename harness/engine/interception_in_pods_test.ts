import { assert, assertEquals } from "@std/assert";
import { openPods } from "../faults/kernel/testing/pods.ts";
import { connect, listenIn } from "../faults/kernel/testing/traffic.ts";
import { installCommand, interceptionRules, removalCommand } from "../mesh/interception/rules.ts";
import { type RuleOptions, sidecarRules } from "../model/interception.ts";
import { WITHOUT_DOCKER } from "../runtime/testing/without_docker.ts";
import { COUNT_COMMAND, READ_COMMAND, readConnectionCount, UNCOUNT_COMMAND } from "./connection_count.ts";

const ROOT = 0;

Deno.test({
  name: "interceptionRules and the harness's own count agree in the kernel of a real pod",
  ignore: WITHOUT_DOCKER,
  fn: async (t) => {
    await using pods = await openPods();
    const { cell, kernel } = pods;
    const [a, b] = await Promise.all([cell.pod("a"), cell.pod("b")]);
    await using server = await listenIn(cell, b);
    const rulesFor = (options: Partial<RuleOptions> = {}) =>
      interceptionRules({ ...sidecarRules(), ...options });
    // What connects there is root, who is the program, or, where the rules say so, the proxy.
    const seenBy = async (options?: Partial<RuleOptions>) => {
      if (options !== undefined) {
        await kernel.run(a, installCommand(rulesFor(options)), removalCommand());
      }
      const before = readConnectionCount(await kernel.run(a, READ_COMMAND)).byOthers;
      const outcome = await connect(kernel, a, server);
      const after = readConnectionCount(await kernel.run(a, READ_COMMAND)).byOthers;
      await kernel.run(a, removalCommand());
      return {
        isConnected: outcome === "connected",
        captured: after.toOutbound - before.toOutbound,
        straight: after.straight - before.straight,
      };
    };
    const captured = { isConnected: false, captured: 1, straight: 0 };
    const free = { isConnected: true, captured: 0, straight: 1 };
    await kernel.run(a, COUNT_COMMAND, UNCOUNT_COMMAND);

    await t.step("without rules a connection goes straight", async () => assertEquals(await seenBy(), free));
    await t.step("with rules it goes to the proxy's port, where nobody listens yet", async () => {
      assertEquals(await seenBy({}), captured);
    });
    await t.step("the proxy's own goes straight", async () => {
      assertEquals(await seenBy({ proxyUserId: ROOT }), free);
    });
    await t.step("to an excluded port it goes straight, beside one it does not", async () => {
      assertEquals(await seenBy({ excludedOutboundPorts: [server.port] }), free);
      assertEquals(await seenBy({ excludedOutboundPorts: [server.port + 1] }), captured);
    });
    await t.step("to an excluded address it goes straight, beside one it does not", async () => {
      assertEquals(await seenBy({ excludedAddresses: [b.host] }), free);
      assertEquals(await seenBy({ excludedAddresses: [a.host] }), captured);
    });
    await t.step("what comes in is captured but at excluded ports", async () => {
      const from = async (options: Partial<RuleOptions>) => {
        await kernel.run(b, installCommand(rulesFor(options)), removalCommand());
        const outcome = await connect(kernel, a, server);
        await kernel.run(b, removalCommand());
        return outcome === "connected";
      };
      assertEquals(await from({}), false);
      assertEquals(await from({ excludedInboundPorts: [server.port] }), true);
    });
    await t.step("nothing is left of either, and to take away what is not there does no harm", async () => {
      await kernel.run(a, removalCommand());
      await kernel.run(a, UNCOUNT_COMMAND);
      const left = await kernel.run(a, ["iptables-save"]);
      assert(!/ISTIO|MESHPROOF/.test(left), left);
    });
  },
});
