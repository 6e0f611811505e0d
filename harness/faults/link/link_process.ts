import { errorText } from "../../model/error_text.ts";
import type { Recorder } from "../../model/event.ts";
import type { Pod, RunningProcess, Spawn } from "../../model/process.ts";
import { spawnUntilLine } from "../../runtime/await_ready.ts";
import { type LinkCommand, type LinkEvent, linkEventSchema } from "./link_protocol.ts";

/** A process that hosts links ended, or did not do what it was told. */
export class LinkProcessError extends Error {
  override readonly name = "LinkProcessError";
}

/** How long the process may take to start: in a container, on a machine that is busy. */
const START_LIMIT_MS = 30_000;
/** How long a command may take; the slowest (a reset whose probe sees nothing) takes two seconds. */
const COMMAND_LIMIT_MS = 15_000;

/** A command without its token. */
export type LinkCommandBody = LinkCommand extends infer Command
  ? Command extends { token: number } ? Omit<Command, "token"> : never
  : never;

/** A process that hosts links, as the harness holds it. */
export class LinkProcess {
  readonly pod: Pod;
  readonly #process: RunningProcess;
  readonly #waiting: Map<number, PromiseWithResolvers<unknown>>;
  #lastToken = 0;
  #end: LinkProcessError | undefined;

  private constructor(
    process: RunningProcess,
    pod: Pod,
    waiting: Map<number, PromiseWithResolvers<unknown>>,
  ) {
    this.#process = process;
    this.pod = pod;
    this.#waiting = waiting;
    void process.exited.then(({ code, signal }) => {
      this.#end = new LinkProcessError(
        `"${process.name}" has ended with ${
          signal ?? `exit code ${code}`
        }, and its links with it; its last lines:\n${process.tail() || "(none)"}`,
      );
      for (const { reject } of waiting.values()) reject(this.#end);
      waiting.clear();
    });
  }

  /**
   * Starts the script `link`.
   *
   * @param name Of the process, unique in its cell.
   * @param pod Where it lives, and what its links bind.
   * @param recorderOf The recorder of a link by the link's name.
   * @throws {NotReadyError} When it does not start.
   */
  static async start(
    spawn: Spawn,
    name: string,
    pod: Pod,
    recorderOf: (link: string) => Recorder | undefined,
  ): Promise<LinkProcess> {
    const waiting = new Map<number, PromiseWithResolvers<unknown>>();
    const onLine = (line: string) => {
      const event = readEvent(line);
      if (event?.event === "recorded") {
        const recorder = recorderOf(event.link);
        recorder?.record(event.source, event.body, recorder.fromEpoch(event.epochMs));
      }
      if (event?.event === "done") {
        const { token, error, result } = event;
        if (error === undefined) waiting.get(token)?.resolve(result);
        else waiting.get(token)?.reject(new LinkProcessError(error));
        waiting.delete(token);
      }
    };
    const { process } = await spawnUntilLine(
      spawn,
      { name, program: { script: "link" }, args: [], pod, onLine },
      (line) => readEvent(line)?.event === "ready" ? true : undefined,
      { timeoutMs: START_LIMIT_MS },
    );
    return new LinkProcess(process, pod, waiting);
  }

  /** Whether the process has ended, and its links with it. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Has a command carried out.
   *
   * @returns Its result.
   * @throws {LinkProcessError} With the process's own words when it failed, when it takes too long, or when the
   * process is gone.
   */
  async command(command: LinkCommandBody): Promise<unknown> {
    if (this.#end !== undefined) throw this.#end;
    const token = ++this.#lastToken;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(token, answer);
    const timer = setTimeout(
      () =>
        answer.reject(
          new LinkProcessError(
            `"${this.#process.name}" did not answer "${command.command}" within ${COMMAND_LIMIT_MS} ms`,
          ),
        ),
      COMMAND_LIMIT_MS,
    );
    // A process that ends takes its standard input with it; its end tells more than the broken pipe.
    this.#process.send(JSON.stringify({ token, ...command })).catch((error: unknown) =>
      answer.reject(this.#end ?? new LinkProcessError(errorText(error)))
    );
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(token);
    }
  }

  /** Ends the process, and every link in it. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

function readEvent(line: string): LinkEvent | undefined {
  try {
    return linkEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
