/** Where the benchmark starts its programs: each a whole process, on the run's ledger, ended with the place. */
import type { RunningProcess } from "../model/process.ts";
import { spawnUntilLine } from "../runtime/await_ready.ts";
import type { ProcessCellRuntime } from "../runtime/process.ts";
import type { Tools } from "../runtime/tools.ts";
import { cpuSecondsOf } from "./cpu_time.ts";

/** A program with its arguments. */
export interface CommandLine {
  /** What people call it. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What a program used until its end. */
export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set of any one process of it. */
  readonly peakBytes: number;
}

/** A server or proxy that does its work. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly process: RunningProcess;
  /** Seconds of CPU that it has used, in steps of 10 ms. */
  cpuSeconds(): Promise<number>;
}

/** What they print is read, or quoted. */
const PLAIN = { NO_COLOR: "1" };
const READY_LIMIT_MS = 20_000;

export class Place {
  readonly #runtime: ProcessCellRuntime;
  readonly #tools: Tools;
  #count = 0;

  /** @param folder For files of the measurements; somebody else's to remove. */
  constructor(
    runtime: ProcessCellRuntime,
    tools: Tools,
    readonly folder: string,
    readonly signal: AbortSignal,
  ) {
    this.#runtime = runtime;
    this.#tools = tools;
  }

  /** Path of a pinned tool. */
  tool(name: string): Promise<string> {
    return this.#tools.path(name);
  }

  /** Path of a file that nobody has used yet. */
  newFile(name: string): string {
    return `${this.folder}/${++this.#count}-${name}`;
  }

  /**
   * Runs a program to its end.
   *
   * @returns Its standard output, and what it used.
   * @throws {Error} With its last lines, when it fails or takes longer than the limit.
   */
  async run(
    { title, command, args }: CommandLine,
    options: { readonly limitMs: number; readonly acceptsCode?: (code: number) => boolean },
  ): Promise<{ readonly output: string; readonly usage: Usage }> {
    this.signal.throwIfAborted();
    const path = this.newFile("usage.json");
    const lines: string[] = [];
    await using process = await this.#runtime.spawn({
      name: `${this.#count}-${title}`,
      env: PLAIN,
      program: { tool: "bench-driver" },
      args: ["measure", "--usage", path, "--", command, ...args],
      onLine: (line) => lines.push(line),
    });
    const { code } = await this.#end(process, options.limitMs);
    if (code !== 0) throw new Error(`Cannot measure ${title}: ${process.tail() || `exit code ${code}`}`);
    const usage = JSON.parse(await Deno.readTextFile(path)) as Usage & { readonly code: number };
    if (usage.code !== 0 && !options.acceptsCode?.(usage.code)) {
      throw new Error(
        `Cannot measure ${title}: expected exit code 0, found ${usage.code}; its last lines: ${process.tail()}`,
      );
    }
    return { output: lines.join("\n"), usage };
  }

  /**
   * Starts a server and waits for the line that tells its port.
   *
   * @param portOf Given every line of standard output.
   */
  async serve(
    { title, command, args }: CommandLine,
    portOf: (line: string) => number | undefined,
  ): Promise<Server> {
    this.signal.throwIfAborted();
    const { process, ready: port } = await spawnUntilLine(
      this.#runtime.spawn,
      { name: `${++this.#count}-${title}`, env: PLAIN, program: { command }, args },
      portOf,
      { timeoutMs: READY_LIMIT_MS },
    );
    return {
      port,
      process,
      cpuSeconds: () => cpuSecondsOf(process.pid),
      [Symbol.asyncDispose]: () => process.stop(),
    };
  }

  async #end(process: RunningProcess, limitMs: number): Promise<{ code: number }> {
    const ended = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => ended.reject(new Error(`Cannot measure ${process.name}: it was not done after ${limitMs} ms`)),
      limitMs,
    );
    const abort = () => ended.reject(this.signal.reason);
    this.signal.addEventListener("abort", abort);
    try {
      return await Promise.race([process.exited, ended.promise]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener("abort", abort);
    }
  }
}

/** The port out of `{"event":"ready","port":N}` or `{"event":"ready","address":"host:N"}`. */
export function readyPort(line: string): number | undefined {
  try {
    const { event, port, address } = JSON.parse(line) as {
      event?: unknown;
      port?: unknown;
      address?: unknown;
    };
    if (event !== "ready") return undefined;
    if (typeof port === "number") return port;
    return typeof address === "string" ? Number(address.slice(address.lastIndexOf(":") + 1)) : undefined;
  } catch {
    return undefined;
  }
}
