/** Standard input, output and log of a process in a container. */
import type { Duplex } from "node:stream";
import type { ProcessSpec } from "../../model/process.ts";
import { OutputLog, ProcessOutput } from "../process_output.ts";
import { type Attached, attachedOf } from "./attached.ts";
import { cancellable, type Engine } from "./engine.ts";
import { shortId } from "./owned_container.ts";

/** The log and the streams of a process that is about to start. */
export class ProcessStreams {
  readonly #spec: ProcessSpec;
  readonly #log: OutputLog;
  #attached: Attached | undefined;
  #output: ProcessOutput | undefined;

  private constructor(spec: ProcessSpec, log: OutputLog) {
    this.#spec = spec;
    this.#log = log;
  }

  static async open(spec: ProcessSpec, logPath: string): Promise<ProcessStreams> {
    return new ProcessStreams(spec, await OutputLog.open(logPath));
  }

  /** Before its start, so that no output is missed. */
  async attach(engine: Engine, id: string): Promise<void> {
    const connection = await engine.ask(`attach to the container ${shortId(id)}`, (abortSignal) =>
      // The connection outlives the call, so the call's signal must not end it later.
      engine.container(id).attach(cancellable({ ...ALL_STREAMS }, abortSignal)));
    this.#attached = attachedOf(connection as unknown as Duplex);
    this.#output = new ProcessOutput(this.#attached, this.#log, this.#spec.onLine);
  }

  taken(): { attached: Attached; output: ProcessOutput } {
    if (this.#attached === undefined || this.#output === undefined) {
      throw new Error(`"${this.#spec.name}" was started without its streams`);
    }
    return { attached: this.#attached, output: this.#output };
  }

  /** For a process that did not start. */
  close(): void {
    if (this.#attached === undefined) this.#log.close();
    else this.#attached.close();
  }
}

const ALL_STREAMS = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true } as const;
