import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { InterceptedPod } from "../../model/interception.ts";
import type { MeshEnvironment } from "../../model/mesh.ts";
import type { Pod, RunningProcess } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";
import { memoryRecorder } from "../../observe/testing/memory_recorder.ts";
import { type StartSidecar, startSidecars } from "./sidecars.ts";

/** Two pods without any process: what is done to them is written down in order. */
function place(options: { readonly withKernel?: boolean; readonly fails?: string } = {}) {
  const done: string[] = [];
  const ended = new Map<string, PromiseWithResolvers<{ code: number; signal: string | null }>>();
  const podOf = (name: string): Pod => ({ name, host: "10.0.0.2", bind: "0.0.0.0", freePorts: () => [] });
  const intercepted = (instance: string): InterceptedPod => ({
    instance,
    service: "echo",
    pod: podOf(instance),
    address: `10.0.0.2:${instance.length}`,
    excludedInboundPorts: [],
    excludedOutboundPorts: [9090],
    excludedAddresses: [],
  });
  const processOf = (name: string) => {
    const exit = Promise.withResolvers<{ code: number; signal: string | null }>();
    ended.set(name, exit);
    return { name, exited: exit.promise, stop: () => Promise.resolve(void done.push(`stop ${name}`)) };
  };
  const kernel = {
    run: (pod: Pod, command: readonly string[], undo?: readonly string[]) => {
      const text = command.join(" ");
      const what = text.includes("-A ISTIO_OUTPUT")
        ? "install"
        : text.includes("-X ISTIO_OUTPUT")
        ? "remove"
        : "?";
      done.push(`${what} ${pod.name}${undo === undefined ? "" : " undoably"}`);
      return options.fails === pod.name ? Promise.reject(new Error("no iptables")) : Promise.resolve("");
    },
  } as unknown as CellKernel;
  const recorder = memoryRecorder();
  const environment = {
    cell: "cell",
    services: [{ name: "echo", instances: [{ id: "a", address: "10.0.0.2:1", labels: {} }] }],
    policy: { routes: [], destinations: [], mutualTls: "DISABLE", file: "p.yaml" },
    runtime: { kind: "docker", ...(options.withKernel === false ? {} : { kernel }) },
    recorder,
    interception: { pods: [intercepted("a"), intercepted("bb")] },
    signal: new AbortController().signal,
  } as unknown as MeshEnvironment;
  const start = (opensWhenDead: boolean): StartSidecar => ({ instance }, rules) => {
    done.push(`start ${instance}`);
    return Promise.resolve({
      process: processOf(instance) as unknown as RunningProcess,
      rules,
      opensWhenDead,
    });
  };
  return { done, ended, environment, recorder, start };
}

Deno.test("startSidecars brings a pod's traffic to its proxy only once that listens, and gives plain addresses", async () => {
  const { done, environment, start } = place();
  const mesh = await startSidecars(environment, start(false));
  for (const instance of ["a", "bb"]) {
    const begun = done.indexOf(`start ${instance}`);
    assert(begun >= 0 && begun < done.indexOf(`install ${instance} undoably`), done.join(", "));
  }
  assertEquals(mesh.sidecar?.("bb")?.name, "bb");
  assertEquals(mesh.sidecar?.("c"), undefined);
  assertEquals(mesh.entry("echo"), "10.0.0.2:1");
  assertThrows(() => mesh.entry("ghost"), Error, 'Cannot reach service "ghost"');
  assertThrows(() => mesh.inbound("echo"), Error, "no mutual-TLS door");
  assertEquals((await mesh.apply(environment.policy, 1)).outcome, "nack");
  await mesh[Symbol.asyncDispose]();
  assertEquals(done.slice(-2).sort(), ["stop a", "stop bb"]);
});

Deno.test("startSidecars keeps the rules when a proxy ends, unless the proxy asked for the opposite", async () => {
  for (const opensWhenDead of [false, true]) {
    const { done, ended, environment, start } = place();
    await using _mesh = await startSidecars(environment, start(opensWhenDead));
    const end = ended.get("a");
    end?.resolve({ code: 137, signal: "SIGKILL" });
    await end?.promise;
    await Promise.resolve();
    assertEquals(done.filter((each) => each.startsWith("remove")), opensWhenDead ? ["remove a"] : []);
  }
});

Deno.test("startSidecars ends what it began where the rules of one pod cannot be made", async () => {
  const { done, environment, start } = place({ fails: "bb" });
  await assertRejects(() => startSidecars(environment, start(false)), Error, "no iptables");
  assertEquals(done.filter((each) => each.startsWith("stop")).sort(), ["stop a", "stop bb"]);
});

Deno.test("startSidecars refuses a cell without network namespaces before it starts anything", async () => {
  const { done, environment, start } = place({ withKernel: false });
  await assertRejects(
    () => startSidecars(environment, start(false)),
    Error,
    "expected pods with network namespaces of their own, found the docker runtime",
  );
  assertEquals(done, []);
});
