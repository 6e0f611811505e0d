import type {
  DoneEvent,
  ServiceCommandInput,
  ServiceConfigInput,
  ServiceEvent,
} from "../../fixtures/services/protocol.ts";
import type { RunningProcess } from "../model/process.ts";
import type { CellRuntime } from "../model/runtime.ts";
import type { V8Recording } from "../model/v8_recording.ts";
import { NotReadyError, spawnUntilLine } from "../runtime/await_ready.ts";

type Command = ServiceCommandInput extends infer Each
  ? Each extends { token: string } ? Omit<Each, "token"> : never
  : never;

/** How long a service may take to answer a command: etcd holds a lost proposal for 5 s + 2 elections. */
const COMMAND_LIMIT_MS = 15_000;
const READY_LIMIT_MS = 10_000;
/** How often a start is tried again because the chosen port was taken meanwhile. */
const PORT_TRIES = 5;

/** A service process that serves one cell after another. */
export class PooledService {
  readonly process: RunningProcess;
  /** Where it listens in its pod. */
  readonly port: number;
  /** Told of every event that is not the answer to a command. */
  onEvent: (event: ServiceEvent) => void = () => {};
  /** Set once it was killed, paused or answered wrongly: it is not used again. */
  broken = false;
  readonly #waiting = new Map<string, { resolve(answer: DoneEvent): void; reject(error: Error): void }>();
  #tokens = 0;

  constructor(process: RunningProcess, port: number) {
    this.process = process;
    this.port = port;
    void process.exited.then(({ code }) => {
      this.broken = true;
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`${process.name} exited with code ${code} before it answered: ${process.tail()}`));
      }
      this.#waiting.clear();
    });
  }

  /** Sends a command and waits until it is carried out, and how it was answered. */
  async command(command: Command): Promise<DoneEvent> {
    const token = String(++this.#tokens);
    const answered = Promise.withResolvers<DoneEvent>();
    this.#waiting.set(token, answered);
    const timer = setTimeout(() => {
      this.#waiting.delete(token);
      answered.reject(
        new Error(`${this.process.name} did not answer "${command.command}" within ${COMMAND_LIMIT_MS} ms`),
      );
    }, COMMAND_LIMIT_MS);
    try {
      // Both at once: a process that dies while the command is still being written rejects the answer first.
      const sent = this.process.send(JSON.stringify({ ...command, token }));
      const [, answer] = await Promise.all([sent, answered.promise]);
      return answer;
    } catch (error) {
      this.broken = true;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(token);
    }
  }

  /** One line of its standard output. */
  onLine(line: string): void {
    const event = JSON.parse(line) as ServiceEvent;
    if (event.event !== "done") return this.onEvent(event);
    const waiting = this.#waiting.get(event.token);
    if (event.error === undefined) waiting?.resolve(event);
    else waiting?.reject(new Error(`${this.process.name}: ${event.error}`));
  }
}

/** Where services are started. */
export type ServiceHome = Pick<CellRuntime, "pod" | "spawn">;

/**
 * Starts a service in a pod of its own; tries again where its port was taken meanwhile.
 *
 * The port is one that the system hands out to nobody: what listens in a dead instance's place, to see who still
 * connects to it, must find it free.
 *
 * @param portOrdinal Which of its pod's free ports it takes, from 0: services that differ in it differ in their ports
 * also where each pod has all ports for itself.
 */
export async function startService(
  home: ServiceHome,
  name: string,
  seed: number,
  portOrdinal = 0,
): Promise<PooledService> {
  for (let attempt = 1;; attempt++) {
    try {
      return await tryToStart(home, name, seed, portOrdinal);
    } catch (error) {
      const isPortTaken = error instanceof NotReadyError && error.message.includes("in use");
      if (!isPortTaken || attempt === PORT_TRIES) throw error;
    }
  }
}

async function tryToStart(
  home: ServiceHome,
  name: string,
  seed: number,
  portOrdinal: number,
): Promise<PooledService> {
  const pod = await home.pod(name);
  const port = pod.freePorts(portOrdinal + 1).at(-1) ?? 0;
  const config: ServiceConfigInput = { instance: name, service: "idle", seed, host: pod.bind, port };
  // deno-lint-ignore prefer-const -- lines may come before there is a service to take them
  let service: PooledService | undefined;
  const { process } = await spawnUntilLine(home.spawn, {
    name,
    program: { script: "service" },
    args: ["--config", JSON.stringify(config)],
    pod,
    onLine: (line) => service?.onLine(line),
  }, (line) => {
    const event = JSON.parse(line) as ServiceEvent;
    return event.event === "ready" ? event.address : undefined;
  }, { timeoutMs: READY_LIMIT_MS, what: "the ready line of a service" });
  service = new PooledService(process, port);
  return service;
}

/**
 * Service processes, kept between cells: a cell has its own for as long as it runs, so that nothing that it does to
 * one can be seen by another; what it broke is ended and made anew.
 */
export class ServicePool {
  readonly #home: ServiceHome;
  readonly #seed: number;
  readonly #isProfiled: boolean;
  readonly #idle: PooledService[] = [];
  #started = 0;

  /** @param isProfiled Every process is sampled from its start on, see {@linkcode recordings}. */
  constructor(home: ServiceHome, seed: number, isProfiled = false) {
    this.#home = home;
    this.#seed = seed;
    this.#isProfiled = isProfiled;
  }

  /** How many processes were started so far. */
  get started(): number {
    return this.#started;
  }

  async acquire(): Promise<PooledService> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.broken) return idle;
    }
    const service = await startService(this.#home, `service-${++this.#started}`, this.#seed);
    if (this.#isProfiled) await service.command({ command: "profile.start" });
    return service;
  }

  /** Ends the sampling of the processes that no cell has, and tells what V8 saw of each. What was killed tells nothing. */
  async recordings(): Promise<readonly (readonly [process: string, recording: V8Recording])[]> {
    const sound = this.#idle.filter(({ broken }) => !broken);
    const told = await Promise.all(sound.map(async (service) => {
      const { recording } = await service.command({ command: "profile.stop" });
      return recording === undefined ? [] : [[service.process.name, recording] as const];
    }));
    return told.flat();
  }

  async release(service: PooledService): Promise<void> {
    service.onEvent = () => {};
    if (service.broken) await service.process.kill();
    else this.#idle.push(service);
  }

  /** Starts processes ahead of need. */
  async warm(count: number): Promise<void> {
    const services = await Promise.all(Array.from({ length: count }, () => this.acquire()));
    await Promise.all(services.map((service) => this.release(service)));
  }
}
