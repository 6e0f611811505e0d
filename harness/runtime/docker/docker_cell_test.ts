import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { EventBody, ProcessEvent } from "../../model/event.ts";
import type { CellRuntime } from "../../model/runtime.ts";
import { ProcessStartError } from "../child_process.ts";
import { openDockerRuntime } from "../docker.ts";
import { startPuppet } from "../testing/puppet.ts";
import { eventually, openTestRuntime } from "../testing/test_runtime.ts";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { processOf } from "./docker_kernel.ts";
import { Engine } from "./engine.ts";
import { execAsRoot } from "./exec.ts";

Deno.test({
  name: "DockerCellRuntime",
  ignore: WITHOUT_DOCKER,
  fn: async (t) => {
    await using test = await openTestRuntime();
    await using runtime = await openDockerRuntime({ ledger: test.ledger });
    const engine = await Engine.open();
    const events: ProcessEvent[] = [];
    const logFolder = test.logFolder;
    const recorder = {
      record: (_source: string, body: EventBody) => {
        if (body.kind === "process") events.push(body);
      },
      now: () => performance.now(),
      fromEpoch: (epochMs: number) => epochMs,
    };
    const cell: CellRuntime = await runtime.cell({ name: "cell", logFolder, recorder });
    const kernel = cell.kernel!;

    await t.step("a process has no capability, can gain none, and may run as another user", async () => {
      const { process, args } = await startPuppet(cell.spawn, {
        name: "plain",
        user: 4321,
        files: { here: "" },
        args: (folder) => [folder],
      });
      const { container } = processOf(process);
      const { stdout } = await execAsRoot(engine, container, ["cat", "/proc/1/status"]);
      assertStringIncludes(stdout, "CapEff:\t0000000000000000");
      assertStringIncludes(stdout, "CapBnd:\t0000000000000000");
      assertStringIncludes(stdout, "NoNewPrivs:\t1");
      assertStringIncludes(stdout, "Uid:\t4321\t4321\t4321\t4321");
      const owner = await execAsRoot(engine, container, ["stat", "-c", "%a", args[0]!]);
      assertEquals(owner.stdout.trim(), "777");
      assert(process.pid > 0);
    });

    await t.step("inPlaceOf refuses one that still runs, and one that was started otherwise", async () => {
      const { process } = await startPuppet(cell.spawn, { name: "a" });
      const spec = { name: "a", program: { script: "puppet" }, args: [], inPlaceOf: process };
      await assertRejects(() => cell.spawn(spec), ProcessStartError, "expected it to have ended");
      await process.kill();
      await assertRejects(
        () => cell.spawn({ ...spec, args: ["other"] }),
        ProcessStartError,
        "to be the same",
      );
    });

    await t.step("spawn refuses a program of this machine", async () => {
      await assertRejects(
        () => cell.spawn({ name: "shell", program: { command: "/bin/sh" }, args: [] }),
        ProcessStartError,
        "use --runtime process",
      );
    });

    await t.step("kernel.run tells exit code and words of a program that fails", async () => {
      const pod = await cell.pod("ruled");
      const error = await assertRejects(
        () => kernel.run(pod, ["iptables", "-D", "INPUT", "-j", "DROP"]),
        Error,
        "in the pod ruled: expected exit code 0, found 1: iptables: Bad rule",
      );
      assertStringIncludes(error.message, "iptables -D INPUT -j DROP");
      await assertRejects(() => kernel.run(pod, ["no-such-program"]), Error, "no-such-program");
    });

    await t.step("kernel.run keeps a rule on the ledger until it is undone", async () => {
      const pod = await cell.pod("kept");
      const open = () => test.ledger.openEntries().filter((each) => each.startsWith("rule"));
      const undo = ["iptables", "-D", "INPUT", "-j", "DROP"];
      await kernel.run(pod, ["iptables", "-A", "INPUT", "-j", "DROP"], undo);
      assertEquals(open(), ["rule iptables in kept"]);
      assertStringIncludes(await kernel.run(pod, ["iptables", "-S"]), "-A INPUT -j DROP");
      await kernel.run(pod, undo);
      assertEquals(open(), []);
      assert(!(await kernel.run(pod, ["iptables", "-S"])).includes("-j DROP"));
    });

    await t.step("a pod is taken off the network and comes back at the same address", async () => {
      const server = await startPuppet(cell.spawn, { name: "server" });
      const { pod } = server.process;
      const [port = 0] = pod.freePorts(1);
      await server.order({ do: "listen", bind: pod.bind, port, greeting: "hello" });
      const address = `${pod.host}:${port}`;
      assertEquals(await cell.knock(address, 10_000), "answered");
      await kernel.disconnect(pod);
      assertEquals(await kernel.isConnected(pod), false);
      assert(["EHOSTUNREACH", "ETIMEDOUT"].includes(await cell.knock(address, 500)));
      await kernel.connect(pod);
      await kernel.connect(pod);
      assertEquals(await kernel.isConnected(pod), true);
      assertEquals(await cell.knock(address, 10_000), "answered");
    });

    await t.step("limit holds a process back and says what was before; usage shows it", async () => {
      const { process, order } = await startPuppet(cell.spawn, { name: "worker" });
      assertEquals(await kernel.limit(process, { cpus: 0.2 }), {});
      const before = await kernel.usage(process);
      await order({ do: "work", ms: 600 });
      const after = await kernel.usage(process);
      assert(after.throttledPeriods > before.throttledPeriods);
      assert(after.cpuSeconds > before.cpuSeconds);
      assert(after.memoryBytes > 1e6);
      assertEquals(await kernel.limit(process, {}), { cpus: 0.2 });
      assertEquals(await kernel.limit(process, {}), {});
    });

    await t.step("a process that takes more memory than its limit is told to be out of memory", async () => {
      const { process } = await startPuppet(cell.spawn, { name: "glutton" });
      const memoryBytes = 200e6;
      assertEquals(await kernel.limit(process, { memoryBytes }), {});
      const { memoryLimitBytes, outOfMemoryKills } = await kernel.usage(process);
      assert(Math.abs(memoryLimitBytes - memoryBytes) < 1e5);
      assertEquals(outOfMemoryKills, 0);
      await process.send(JSON.stringify({ do: "hold", bytes: 500e6 }));
      assertEquals((await process.exited).signal, "SIGKILL");
      const told = events.find(({ name, edge }) => name === "glutton" && edge === "exited");
      assertEquals(told?.detail, "ended by SIGKILL: out of memory within its limit (engine)");
      await eventually(
        "a kill to be counted",
        async () => (await kernel.usage(process)).outOfMemoryKills > 0,
      );
    });

    await t.step("what was done to a guest ends with the cell, and the guest stays", async () => {
      const guest = await startPuppet(cell.spawn, { name: "guest" });
      const { pod } = guest.process;
      const other = await runtime.cell({ name: "other", logFolder });
      await other.admit(guest.process);
      const drop = ["INPUT", "-p", "udp", "-j", "DROP"];
      await other.kernel!.run(pod, ["iptables", "-A", ...drop], ["iptables", "-D", ...drop]);
      await other.kernel!.limit(guest.process, { cpus: 0.5 });
      await other[Symbol.asyncDispose]();
      assert(!(await kernel.run(pod, ["iptables", "-S"])).includes("udp"));
      assertEquals(await kernel.limit(guest.process, {}), {});
      assertEquals(await guest.order({ do: "say", text: "here" }), { said: "here" });
    });

    await t.step("dispose leaves nothing of the cell on the ledger", async () => {
      await cell[Symbol.asyncDispose]();
      const left = test.ledger.openEntries().filter((each) => !each.includes("relay"));
      assertEquals(left, ["folder test"]);
    });
  },
});
