/** One child process: started, signalled, and written down until it is gone. */
import type { ProcessEvent, Recorder } from "../model/event.ts";
import type { Pod, ProcessState, RunningProcess } from "../model/process.ts";
import { errorText } from "../model/error_text.ts";
import { hasEnded, lookUp } from "./kernel.ts";
import { type OutputLog, ProcessOutput } from "./process_output.ts";
import type { RunLedger } from "./run_ledger.ts";
import { within } from "./within.ts";

/** Who a child belongs to, and who is told of it. */
export interface ChildOwner {
  readonly ledger: RunLedger;
  readonly recorder?: Recorder;
}

/** What is needed to start a child, once its program is found and its folder made. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pod: Pod;
  /** That of its files and data. */
  readonly folder?: string;
  readonly onLine?: (line: string) => void;
}

/** A process did not start at all. */
export class ProcessStartError extends Error {
  override readonly name = "ProcessStartError";
}

/** How long a process may take to show as stopped: one that waits for a disk (state D) stops when it has been served. */
const PAUSE_LIMIT_MS = 10_000;
/** How long a killed one's last output may take to arrive. */
const DRAIN_LIMIT_MS = 300;
/** How long SIGTERM may take before SIGKILL, unless the caller says otherwise. */
export const GRACE_MS = 2_000;

/** A child that the run ledger owns; it leads a process group of its own. */
export class ChildProcess implements RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly pod: Pod;
  readonly folder: string | undefined;
  readonly exited: Promise<{ code: number; signal: string | null }>;
  readonly #gone: Promise<unknown>;
  readonly #child: Deno.ChildProcess;
  readonly #output: ProcessOutput;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #owner: ChildOwner;
  readonly #entry: number;
  #ended = false;

  static start(
    spec: ChildSpec,
    log: OutputLog,
    owner: ChildOwner,
    onEnd: () => void,
  ): ChildProcess {
    const entry = owner.ledger.intendProcess(spec.name, [spec.command, ...spec.args].join(" "));
    try {
      const child = new Deno.Command(spec.command, {
        args: [...spec.args],
        env: { ...spec.env, ...owner.ledger.ownerEnvironment },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn();
      return new ChildProcess(spec, child, new ProcessOutput(child, log, spec.onLine), owner, entry, onEnd);
    } catch (error) {
      log.close();
      owner.ledger.ended(entry, "never started");
      throw new ProcessStartError(
        `Cannot start "${spec.name}": expected an executable program at ${spec.command}, found: ${
          errorText(error)
        }; check the path and its permissions`,
        { cause: error },
      );
    }
  }

  private constructor(
    spec: ChildSpec,
    child: Deno.ChildProcess,
    output: ProcessOutput,
    owner: ChildOwner,
    entry: number,
    onEnd: () => void,
  ) {
    this.name = spec.name;
    this.pid = child.pid;
    this.pod = spec.pod;
    this.folder = spec.folder;
    this.#child = child;
    this.#output = output;
    this.#input = child.stdin.getWriter();
    // A child that ends closes its standard input under us; `send` reports that, nobody else needs to.
    this.#input.closed.catch(() => undefined);
    this.#owner = owner;
    this.#entry = entry;
    this.#gone = child.status.then((status) => {
      this.#ended = true;
      onEnd();
      const how = describe(status);
      owner.ledger.ended(entry, how);
      this.#record("exited", how);
    });
    this.exited = this.#finish();
  }

  /** Writes the `started` line. The process may be gone by now; then there is nothing left to undo. */
  async enterLedger(): Promise<void> {
    this.#record("started", "");
    const shown = await lookUp(this.pid);
    if (this.#ended) return;
    this.#owner.ledger.started(this.#entry, this.pid, shown?.start ?? "");
  }

  async #finish(): Promise<{ code: number; signal: string | null }> {
    const { code, signal } = await this.#child.status;
    await this.#gone;
    // A grandchild may hold the pipes open for ever; what the process itself wrote is here well before the limit.
    await within(this.#output.drained, DRAIN_LIMIT_MS);
    await this.#input.abort().catch(() => undefined);
    return { code, signal };
  }

  async send(line: string): Promise<void> {
    try {
      await this.#input.write(new TextEncoder().encode(line + "\n"));
    } catch (error) {
      throw new Error(
        `Cannot write to the standard input of "${this.name}" (pid ${this.pid}): ${errorText(error)}`,
      );
    }
  }

  async kill(): Promise<void> {
    if (!this.#ended) this.#record("killed", "SIGKILL");
    this.#signal("SIGKILL");
    await this.#gone;
  }

  async pause(): Promise<void> {
    this.#signal("SIGSTOP");
    const deadline = performance.now() + PAUSE_LIMIT_MS;
    for (let shown = await lookUp(this.pid); shown?.state !== "T"; shown = await lookUp(this.pid)) {
      if (shown === undefined || hasEnded(shown)) {
        throw new Error(`Cannot pause "${this.name}" (pid ${this.pid}): it has ended`);
      }
      if (performance.now() > deadline) {
        throw new Error(
          `Cannot pause "${this.name}" (pid ${this.pid}): expected state T within ${PAUSE_LIMIT_MS} ms of SIGSTOP, found ${shown.state}`,
        );
      }
    }
    this.#record("paused", "state T");
  }

  resume(): Promise<void> {
    this.#signal("SIGCONT");
    this.#record("resumed", "SIGCONT");
    return Promise.resolve();
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    if (this.#ended) return;
    this.#record("stopping", "SIGTERM");
    this.#signal("SIGTERM", "leader");
    // A paused process would keep the SIGTERM pending.
    this.#signal("SIGCONT");
    if (!await within(this.#gone, graceMs)) await this.kill();
  }

  async inspect(): Promise<ProcessState> {
    const shown = await lookUp(this.pid);
    if (shown === undefined || hasEnded(shown)) return { state: "gone", detail: `pid ${this.pid} is gone` };
    return {
      state: shown.state === "T" ? "stopped" : "running",
      detail: `pid ${this.pid} is in state ${shown.state}`,
    };
  }

  tail(): string {
    return this.#output.tail();
  }

  ready(detail: string): void {
    this.#record("ready", detail);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Signals the whole group, or only the program itself (which then ends its own workers as it sees fit). */
  #signal(signal: Deno.Signal, to: "group" | "leader" = "group"): void {
    if (this.#ended) return;
    try {
      Deno.kill(to === "group" ? -this.pid : this.pid, signal);
    } catch (error) {
      // It ended on its own between the look and the signal.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #record(edge: ProcessEvent["edge"], detail: string): void {
    this.#owner.recorder?.record("engine", {
      kind: "process",
      name: this.name,
      pid: this.pid,
      edge,
      detail,
    });
  }
}

function describe(status: Deno.CommandStatus): string {
  return status.signal === null ? `exit code ${status.code}` : `ended by ${status.signal}`;
}
