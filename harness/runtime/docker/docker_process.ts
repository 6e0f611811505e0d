/** One process in a container of its own: started, signalled, and written down until it is gone. */
import { errorText } from "../../model/error_text.ts";
import type { ProcessEvent, Recorder } from "../../model/event.ts";
import type { ProcessSpec, ProcessState, RunningProcess } from "../../model/process.ts";
import { GRACE_MS } from "../child_process.ts";
import type { ProcessOutput } from "../process_output.ts";
import { within } from "../within.ts";
import type { Attached } from "./attached.ts";
import { DockerError, isDockerError } from "./docker_error.ts";
import type { DockerPod } from "./docker_pod.ts";
import { type ExitStatus, exitStatusOf, exitText } from "./exit_status.ts";
import { type DockerOwner, OwnedContainer } from "./owned_container.ts";
import { ProcessStreams } from "./process_streams.ts";
import type { Recipe } from "./recipe.ts";

/** How long one question for a process's end is left open before it is asked anew. */
const WAIT_LIMIT_MS = 60_000;
/** How long a killed process's last output may take to arrive. */
const DRAIN_LIMIT_MS = 1_000;
/** How long a process may take to be gone after SIGKILL. */
const KILL_LIMIT_MS = 30_000;

/** Who a process belongs to, and who is told of it. */
export interface DockerProcessOwner extends DockerOwner {
  readonly logPath: string;
  readonly recorder?: Recorder;
}

/** A process in a container. */
export class DockerProcess implements RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly pod: DockerPod;
  readonly container: OwnedContainer;
  readonly recipe: Recipe;
  readonly exited: Promise<ExitStatus>;
  readonly #owner: DockerProcessOwner;
  readonly #attached: Attached;
  readonly #output: ProcessOutput;
  /** Why nobody can say how it ended. */
  #lost: DockerError | undefined;
  #isPaused = false;
  #hasMemoryLimit = false;
  #hasEnded = false;

  private constructor(
    spec: ProcessSpec,
    owner: DockerProcessOwner,
    parts: {
      pod: DockerPod;
      recipe: Recipe;
      container: OwnedContainer;
      pid: number;
      attached: Attached;
      output: ProcessOutput;
    },
  ) {
    this.name = spec.name;
    this.pod = parts.pod;
    this.recipe = parts.recipe;
    this.container = parts.container;
    this.pid = parts.pid;
    this.#owner = owner;
    this.#attached = parts.attached;
    this.#output = parts.output;
    this.#record("started", `container ${this.container.shortId}`);
    this.exited = this.#finish();
  }

  /** Starts it in a container of its own. @throws {DockerError} */
  static async start(
    spec: ProcessSpec,
    pod: DockerPod,
    recipe: Recipe,
    owner: DockerProcessOwner,
  ): Promise<DockerProcess> {
    const streams = await ProcessStreams.open(spec, owner.logPath);
    try {
      const container = await OwnedContainer.start(owner, spec.name, recipe, {
        beforeStart: async (id) => {
          await streams.attach(owner.engine, id);
          await pod.sandbox;
        },
      });
      return new DockerProcess(spec, owner, {
        pod,
        recipe,
        container,
        pid: container.inspection.State.Pid,
        ...streams.taken(),
      });
    } catch (error) {
      streams.close();
      throw error;
    }
  }

  /** Starts the container of a process that has ended once more: same files, data, address and arguments. */
  static async startAgain(
    spec: ProcessSpec,
    ended: DockerProcess,
    owner: DockerProcessOwner,
  ): Promise<DockerProcess> {
    const { container, pod, recipe } = ended;
    const streams = await ProcessStreams.open(spec, owner.logPath);
    try {
      await streams.attach(owner.engine, container.id);
      await owner.engine.ask(
        `start the container ${container.name} again`,
        (abortSignal) => container.handle.start({ abortSignal }),
      );
      const { State } = await owner.engine.ask(
        `look at the container ${container.name}`,
        (abortSignal) => container.handle.inspect({ abortSignal }),
      );
      return new DockerProcess(spec, owner, { pod, recipe, container, pid: State.Pid, ...streams.taken() });
    } catch (error) {
      streams.close();
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** From now on its end may come from a lack of memory. */
  noteMemoryLimit(): void {
    this.#hasMemoryLimit = true;
  }

  async send(line: string): Promise<void> {
    try {
      await this.#attached.write(line + "\n");
    } catch (error) {
      throw new Error(
        `Cannot write to the standard input of "${this.name}" (${this.#where}): ${errorText(error)}`,
      );
    }
  }

  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    this.#record("killed", "SIGKILL");
    await this.#signal("SIGKILL");
    await this.#awaitEnd();
  }

  async pause(): Promise<void> {
    try {
      await this.#ask("pause", (abortSignal) => this.#handle.pause({ abortSignal }));
    } catch (error) {
      if (isDockerError(error, "missing") || this.#saysEnded(error)) {
        throw new Error(`Cannot pause "${this.name}" (${this.#where}): it has ended`);
      }
      throw error;
    }
    this.#isPaused = true;
    const { state, detail } = await this.inspect();
    if (state !== "stopped") {
      throw new Error(`Cannot pause "${this.name}": expected its container to be paused, found: ${detail}`);
    }
    this.#record("paused", detail);
  }

  async resume(): Promise<void> {
    if (this.#hasEnded) return;
    await this.#unpause();
    this.#record("resumed", `${this.#where} is running (engine)`);
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    if (this.#hasEnded) return;
    this.#record("stopping", "SIGTERM");
    await this.#signal("SIGTERM");
    // A frozen process would keep the SIGTERM pending.
    if (this.#isPaused) await this.#unpause();
    if (!await within(this.exited, graceMs)) await this.kill();
  }

  async inspect(): Promise<ProcessState> {
    try {
      const { State } = await this.#ask("look at", (abortSignal) => this.#handle.inspect({ abortSignal }));
      if (State.Paused) return { state: "stopped", detail: `${this.#where} is paused (engine)` };
      if (State.Running) return { state: "running", detail: `${this.#where} is running (engine)` };
      return {
        state: "gone",
        detail: `${this.#where} has ended: ${exitText(exitStatusOf(State.ExitCode))} (engine)`,
      };
    } catch (error) {
      if (isDockerError(error, "missing")) {
        return { state: "gone", detail: `${this.#where} is gone (engine)` };
      }
      throw error;
    }
  }

  tail(): string {
    const lost = this.#lost === undefined ? "" : `meshproof: its end was not seen: ${this.#lost.message}`;
    return [this.#output.tail(), lost].filter((text) => text !== "").join("\n");
  }

  ready(detail: string): void {
    this.#record("ready", detail);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Resolves when it has ended, its last lines are read, and its end is recorded. */
  async #finish(): Promise<ExitStatus> {
    await this.#attached.ended;
    const { status, detail } = await this.#howItEnded();
    await within(this.#output.drained, DRAIN_LIMIT_MS);
    this.#hasEnded = true;
    this.#record("exited", detail);
    return status;
  }

  async #howItEnded(): Promise<{ status: ExitStatus; detail: string }> {
    try {
      const status = exitStatusOf(await this.#exitCode());
      if (status.signal === "SIGKILL" && this.#hasMemoryLimit && await this.#wasOutOfMemory()) {
        return { status, detail: `${exitText(status)}: out of memory within its limit (engine)` };
      }
      return { status, detail: exitText(status) };
    } catch (error) {
      // Removed with its cell: that kills.
      if (isDockerError(error, "missing") || this.container.isRemoved) {
        return { status: exitStatusOf(128 + 9), detail: "removed (engine)" };
      }
      this.#lost = error instanceof DockerError
        ? error
        : new DockerError("refused", errorText(error), { cause: error });
      return { status: { code: -1, signal: null }, detail: `not seen: ${this.#lost.message}` };
    }
  }

  /** Its connection has ended, but a program may close its own output and go on. */
  async #exitCode(): Promise<number> {
    for (;;) {
      try {
        const { StatusCode } = await this.#ask(
          "see the end of",
          (abortSignal) => this.#handle.wait({ abortSignal }),
          WAIT_LIMIT_MS,
        );
        return StatusCode;
      } catch (error) {
        if (!isDockerError(error, "slow")) throw error;
        // An engine that answers anything at all is only waiting with us.
        await this.inspect();
      }
    }
  }

  async #wasOutOfMemory(): Promise<boolean> {
    const { State } = await this.#ask("look at", (abortSignal) => this.#handle.inspect({ abortSignal }));
    return State.OOMKilled;
  }

  async #awaitEnd(): Promise<void> {
    if (await within(this.exited, KILL_LIMIT_MS)) return;
    throw new DockerError(
      "slow",
      `Cannot end "${this.name}": its container ${this.container.name} is still there ${KILL_LIMIT_MS} ms after SIGKILL`,
    );
  }

  async #signal(signal: string): Promise<void> {
    try {
      await this.#ask(`send ${signal} to`, (abortSignal) => this.#handle.kill({ signal, abortSignal }));
    } catch (error) {
      // It ended on its own meanwhile.
      if (!isDockerError(error, "missing") && !this.#saysEnded(error)) throw error;
    }
  }

  async #unpause(): Promise<void> {
    this.#isPaused = false;
    try {
      await this.#ask("resume", (abortSignal) => this.#handle.unpause({ abortSignal }));
    } catch (error) {
      if (isDockerError(error, "missing") || this.#saysEnded(error)) return;
      if (error instanceof DockerError && /is not paused/.test(error.message)) return;
      throw error;
    }
  }

  #saysEnded(error: unknown): boolean {
    return error instanceof DockerError && /is not running/.test(error.message);
  }

  #ask<T>(what: string, call: (abortSignal: AbortSignal) => Promise<T>, limitMs?: number): Promise<T> {
    return this.#owner.engine.ask(`${what} the container ${this.container.name}`, call, limitMs);
  }

  get #handle() {
    return this.container.handle;
  }

  get #where(): string {
    return `container ${this.container.shortId}`;
  }

  #record(edge: ProcessEvent["edge"], detail: string): void {
    const { name, pid } = this;
    this.#owner.recorder?.record("engine", { kind: "process", name, pid, edge, detail });
  }
}
