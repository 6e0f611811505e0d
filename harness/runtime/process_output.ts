/** Where a child's output goes: lines to whoever listens, the rest to a log file, the last lines kept. */
import { errorText } from "../model/error_text.ts";
import { LineRing, LineSplitter } from "./line_splitter.ts";

/** What is written to one log at most; a program that floods must not fill the disk. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** A log file that several streams append to. */
export class OutputLog {
  readonly #file: Deno.FsFile;
  #writers = 0;
  #bytes = 0;
  #failure: string | undefined;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  static async open(path: string): Promise<OutputLog> {
    return new OutputLog(await Deno.open(path, { create: true, append: true }));
  }

  /** Why the log has ended early, such as a full disk. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Copies a stream into the log until it ends; `splitter` sees the same bytes. */
  async copy(stream: ReadableStream<Uint8Array>, splitter: LineSplitter, keep: boolean): Promise<void> {
    this.#writers += 1;
    try {
      for await (const chunk of stream) {
        splitter.push(chunk);
        if (keep) await this.#append(chunk);
      }
      splitter.end();
    } finally {
      this.#writers -= 1;
      if (this.#writers === 0) this.#file.close();
    }
  }

  /** For a log whose process never started. */
  close(): void {
    this.#file.close();
  }

  async #append(chunk: Uint8Array): Promise<void> {
    if (this.#bytes > LOG_BYTES_MAX || this.#failure !== undefined) return;
    this.#bytes += chunk.length;
    const bytes = this.#bytes > LOG_BYTES_MAX
      ? new TextEncoder().encode(`\nmeshproof: log cut at ${LOG_BYTES_MAX} bytes\n`)
      : chunk;
    try {
      for (let written = 0; written < bytes.length;) {
        written += await this.#file.write(bytes.subarray(written));
      }
    } catch (error) {
      // To stop reading would break the child's pipe, and a lost log is no reason to end what it tells of.
      this.#failure = errorText(error);
    }
  }
}

/** Both output streams of one child. */
export class ProcessOutput {
  /** Resolves when both streams have ended. */
  readonly drained: Promise<void>;
  readonly #standardOutput = new LineRing(10);
  readonly #log = new LineRing(30);
  readonly #onLineErrors: string[] = [];
  readonly #file: OutputLog;

  constructor(
    streams: { stdout: ReadableStream<Uint8Array>; stderr: ReadableStream<Uint8Array> },
    log: OutputLog,
    onLine: ((line: string) => void) | undefined,
  ) {
    this.#file = log;
    const listened = new LineSplitter((line) => {
      this.#standardOutput.add(line);
      if (onLine === undefined) return;
      try {
        onLine(line);
      } catch (error) {
        // One line that a listener cannot bear must not end the reading of all the others.
        if (this.#onLineErrors.length < 5) this.#onLineErrors.push(String(error));
      }
    });
    const logged = new LineSplitter((line) => this.#log.add(line));
    this.drained = Promise.allSettled([
      log.copy(streams.stdout, listened, onLine === undefined),
      log.copy(streams.stderr, logged, true),
    ]).then(() => undefined);
  }

  /** The last lines of standard error, then of standard output. */
  tail(): string {
    return [
      ...this.#log.lines(),
      ...this.#standardOutput.lines(),
      ...this.#onLineErrors.map((text) => `meshproof: the listener of its lines threw: ${text}`),
      ...(this.#file.failure === undefined
        ? []
        : [`meshproof: its log could not be written: ${this.#file.failure}`]),
    ].join("\n");
  }
}
