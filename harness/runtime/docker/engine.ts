/** The container engine, asked with a limit to each question: no call may hang because the engine does. */
import { docker, type Dockerode } from "./client.ts";
import { DockerError, explainEngineError } from "./docker_error.ts";
import { engineHost } from "./engine_host.ts";

/** For most calls; a loaded machine takes tens of milliseconds. */
export const CALL_LIMIT_MS = 30_000;
/** For calls that start or remove something. */
export const CHANGE_LIMIT_MS = 60_000;
/** For calls to an engine that has just let one go unanswered: dozens of them must not add up to half an hour. */
const SILENT_LIMIT_MS = 3_000;

/** A container as the client of the API has it. */
export type ContainerHandle = ReturnType<Dockerode["getContainer"]>;

/** Options with the signal that ends the call, which the client's types leave out for some calls. */
export function cancellable<Options>(options: Options, abortSignal: AbortSignal): Options {
  return { ...options, abortSignal };
}

/** The engine. */
export class Engine {
  readonly dockerode: Dockerode;
  readonly testcontainers: typeof import("testcontainers");
  readonly memoryBytes: number;
  readonly #host: string;
  readonly #silentLimitMs: number;
  #isSilent = false;

  constructor(
    clients: Awaited<ReturnType<typeof docker>>,
    host = engineHost(),
    silentLimitMs = SILENT_LIMIT_MS,
  ) {
    this.#silentLimitMs = silentLimitMs;
    this.dockerode = clients.dockerode;
    this.testcontainers = clients.testcontainers;
    this.memoryBytes = clients.runtime.info.containerRuntime.memory;
    this.#host = host;
  }

  /** @throws {DockerUnavailableError} Where there is no Docker that will do. */
  static async open(): Promise<Engine> {
    return new Engine(await docker());
  }

  container(id: string): ContainerHandle {
    return this.dockerode.getContainer(id);
  }

  /**
   * Asks the engine for something.
   *
   * @param what What is to be done, for the error, as in `start the container x`.
   * @param call Given a signal that is aborted when the time is up.
   * @throws {DockerError} When the engine refuses, is gone, or takes longer than `limitMs` (much less, when it left the
   * call before unanswered).
   */
  async ask<T>(
    what: string,
    call: (abortSignal: AbortSignal) => Promise<T>,
    limitMs = CALL_LIMIT_MS,
  ): Promise<T> {
    const limit = new AbortController();
    const boundMs = this.#isSilent ? Math.min(limitMs, this.#silentLimitMs) : limitMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#isSilent = true;
        reject(
          new DockerError(
            "slow",
            `Cannot ${what}: expected an answer of the Docker engine at ${this.#host} within ${boundMs} ms, found none; look at its log and at the machine's load`,
          ),
        );
        limit.abort();
      }, boundMs);
    });
    try {
      // What the call itself says once it is aborted comes too late to be heard.
      const answer = await Promise.race([call(limit.signal), late]);
      this.#isSilent = false;
      return answer;
    } catch (error) {
      throw explainEngineError(what, this.#host, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
