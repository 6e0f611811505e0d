import type { Address } from "../../../model/mesh.ts";
import type { RunningProcess } from "../../../model/process.ts";
import type { CellRuntime } from "../../../model/runtime.ts";
import { spawnUntilLine } from "../../../runtime/await_ready.ts";

/** A reference service that can be given work. */
export interface Worker {
  readonly process: RunningProcess;
  /** Where it serves HTTP/2, as its cell dials it. */
  readonly address: Address;
  /** Has it answer so many commands, which costs it some CPU; resolves when the last is answered. */
  work(commands: number): Promise<void>;
}

const READY_LIMIT_MS = 20_000;

/** Starts a service in a pod of its own. */
export async function startWorker(cell: CellRuntime, name: string): Promise<Worker> {
  const waiting = new Map<string, () => void>();
  const pod = await cell.pod(name);
  const [port = 0] = pod.freePorts(1);
  const config = { instance: name, service: "work", seed: 1, host: pod.bind, port };
  const { process } = await spawnUntilLine(
    cell.spawn,
    {
      name,
      program: { script: "service" },
      args: ["--config", JSON.stringify(config)],
      pod,
      onLine: (line) => {
        const event = JSON.parse(line) as { event: string; token?: string };
        if (event.event === "done") waiting.get(event.token ?? "")?.();
      },
    },
    (line) => (JSON.parse(line) as { event: string }).event === "ready" ? line : undefined,
    {
      timeoutMs: READY_LIMIT_MS,
      what: "the ready line of a service",
    },
  );
  let tokens = 0;
  return {
    process,
    address: `${pod.host}:${port}`,
    async work(commands) {
      const last = `${tokens += commands}`;
      const done = Promise.withResolvers<void>();
      waiting.set(last, done.resolve);
      for (let token = tokens - commands + 1; token <= tokens; token++) {
        await process.send(JSON.stringify({ command: "flush", token: String(token) }));
      }
      await done.promise;
    },
  };
}
