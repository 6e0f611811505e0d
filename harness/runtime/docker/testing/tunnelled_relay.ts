/** A relay as a process of this machine, and a tunnel to it, for tests. */
import type { RunningProcess } from "../../../model/process.ts";
import { spawnUntilLine } from "../../await_ready.ts";
import { openTestRuntime } from "../../testing/test_runtime.ts";
import { Tunnel } from "../tunnel.ts";
import { readRelayReady, relayProgram } from "../tunnel_protocol.ts";

export interface TestRelay extends AsyncDisposable {
  readonly address: string;
  readonly token: string;
  readonly process: RunningProcess;
  /** How many sockets the relay holds now. */
  sockets(): Promise<number>;
}

export async function openTestRelay(): Promise<TestRelay> {
  const runtime = await openTestRuntime();
  const token = crypto.randomUUID();
  const { process, ready: port } = await spawnUntilLine(
    runtime.runtime.spawn,
    { name: "relay", program: { script: "relay" }, ...relayProgram({ bind: "127.0.0.1", port: 0, token }) },
    readRelayReady,
    { timeoutMs: 20_000 },
  );
  return {
    address: `127.0.0.1:${port}`,
    token,
    process,
    sockets: async () => {
      const { stdout } = await new Deno.Command("ls", { args: ["-l", `/proc/${process.pid}/fd`] }).output();
      return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes("socket:")).length;
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}

export interface TestTunnel extends AsyncDisposable {
  readonly relay: TestRelay;
  readonly tunnel: Tunnel;
}

export async function openTestTunnel(): Promise<TestTunnel> {
  const relay = await openTestRelay();
  const tunnel = await Tunnel.open({ relay: relay.address, token: relay.token });
  return {
    relay,
    tunnel,
    async [Symbol.asyncDispose]() {
      await tunnel[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}
