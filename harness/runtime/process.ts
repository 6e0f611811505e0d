/** The runtime `process`: real programs as children of the harness, on loopback. */
import type { Recorder } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import type { Pod, ProcessSpec, Program, RunningProcess } from "../model/process.ts";
import type { CellRuntime, Knock } from "../model/runtime.ts";
import { ChildProcess, GRACE_MS, ProcessStartError } from "./child_process.ts";
import { killTagged } from "./kill.ts";
import { knock } from "./knock.ts";
import { occupy } from "./occupy.ts";
import type { OwnedFolder, RunLedger } from "./run_ledger.ts";
import { OutputLog } from "./process_output.ts";
import { ProcessPod } from "./process_pod.ts";
import type { CellRuntimeOptions, Runtime } from "./runtime.ts";
import { scriptCommand } from "./scripts.ts";

export { ProcessStartError };

/** Where pinned programs are: see `Tools`. */
export interface ToolPaths {
  path(name: string): Promise<string>;
}

/** What the process runtime needs. */
export interface ProcessRuntimeOptions {
  readonly ledger: RunLedger;
  /** Without them, a program that is a pinned tool cannot be started. */
  readonly tools?: ToolPaths;
}

/** Opens the process runtime. */
export function openProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  const cells = new Set<ProcessCellRuntime>();
  return {
    kind: "process",
    cell: (cell) => {
      const runtime = createProcessRuntime({ ...options, ...cell });
      cells.add(runtime);
      return Promise.resolve(runtime);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...cells].map((cell) => cell.disposeAll(0)));
    },
  };
}

/** What one cell's processes need. */
export type ProcessCellOptions = ProcessRuntimeOptions & Omit<CellRuntimeOptions, "name">;

/** A cell of processes. */
export function createProcessRuntime(options: ProcessCellOptions): ProcessCellRuntime {
  return new ProcessCellRuntime(options);
}

/**
 * Starts processes and ends all that it started. Every child is a process group of its own, so that Ctrl-C in a
 * terminal reaches the harness alone, and so that a program's own workers (nginx) share its fate. All cells share the
 * loopback, so an address means the same everywhere.
 */
export class ProcessCellRuntime implements CellRuntime {
  readonly kind = "process";
  readonly #ledger: RunLedger;
  readonly #tools: ToolPaths | undefined;
  readonly #logFolder: string;
  readonly #recorder: Recorder | undefined;
  readonly #running = new Set<ChildProcess>();
  readonly #groups = new Set<number>();
  readonly #scratch: OwnedFolder[] = [];
  #disposing: Promise<void> | undefined;

  constructor(options: ProcessCellOptions) {
    this.#ledger = options.ledger;
    this.#tools = options.tools;
    this.#logFolder = options.logFolder;
    this.#recorder = options.recorder;
  }

  readonly spawn = async (spec: ProcessSpec): Promise<RunningProcess> => {
    await Deno.mkdir(this.#logFolder, { recursive: true });
    const folder = await this.#folder(spec);
    const program = await this.#command(
      spec.program,
      typeof spec.args === "function" ? spec.args(folder ?? "") : spec.args,
    );
    const log = await OutputLog.open(`${this.#logFolder}/${fileName(spec.name)}.log`);
    if (this.#disposing !== undefined) {
      log.close();
      throw new ProcessStartError(`Cannot start "${spec.name}": its runtime is being torn down`);
    }
    const pod = spec.inPlaceOf?.pod ?? spec.pod ?? new ProcessPod(spec.name);
    const child = ChildProcess.start(
      {
        ...program,
        name: spec.name,
        pod,
        env: spec.env ?? {},
        ...(folder === undefined ? {} : { folder }),
        ...(spec.onLine === undefined ? {} : { onLine: spec.onLine }),
      },
      log,
      { ledger: this.#ledger, ...(this.#recorder === undefined ? {} : { recorder: this.#recorder }) },
      () => this.#running.delete(child),
    );
    this.#running.add(child);
    this.#groups.add(child.pid);
    await child.enterLedger();
    return child;
  };

  pod(name: string): Promise<Pod> {
    return Promise.resolve(new ProcessPod(name));
  }

  admit(process: RunningProcess): Promise<string> {
    return Promise.resolve(process.pod.host);
  }

  reach(address: Address): Promise<Address> {
    return Promise.resolve(address);
  }

  expose(address: Address): Promise<Address> {
    return Promise.resolve(address);
  }

  knock(address: Address, limitMs: number): Promise<Knock> {
    return knock(address, limitMs);
  }

  occupy(pod: Pod, port: number, onConnection: () => void): Promise<AsyncDisposable> {
    return Promise.resolve(occupy(pod.bind, port, onConnection));
  }

  /** Ends everything at once: SIGTERM, and SIGKILL after `graceMs` (default 2000). Nothing can be started after. */
  disposeAll(graceMs = GRACE_MS): Promise<void> {
    this.#disposing ??= this.#endAll(graceMs);
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAll();
  }

  async #endAll(graceMs: number): Promise<void> {
    await Promise.all([...this.#running].map((child) => child.stop(graceMs)));
    // Programs that ended by themselves may have left workers behind; those are still in their group, and tagged.
    if (this.#groups.size > 0) {
      await killTagged(this.#ledger.runId, (process) => this.#groups.has(process.group));
    }
    await Promise.all(this.#scratch.map((folder) => folder.remove()));
  }

  /** The process's own folder with its files in it; undefined where it wants none. */
  async #folder(spec: ProcessSpec): Promise<string | undefined> {
    if (spec.inPlaceOf !== undefined) return (spec.inPlaceOf as ChildProcess).folder;
    if (spec.files === undefined && spec.scratchBytes === undefined && typeof spec.args !== "function") {
      return;
    }
    const path = await this.#newFolder(spec);
    for (const [name, content] of Object.entries(spec.files ?? {})) {
      await Deno.writeTextFile(`${path}/${name}`, content);
    }
    return path;
  }

  async #newFolder(spec: ProcessSpec): Promise<string> {
    if (spec.scratchBytes === undefined) {
      // Beside its log, where whoever looks into a failure finds what it was configured with.
      const path = `${this.#logFolder}/${fileName(spec.name)}.files`;
      await Deno.mkdir(path, { recursive: true });
      return path;
    }
    const folder = await this.#ledger.temporaryFolder(spec.name, { memoryBytes: spec.scratchBytes });
    this.#scratch.push(folder);
    return folder.path;
  }

  async #command(
    program: Program,
    args: readonly string[],
  ): Promise<{ command: string; args: readonly string[] }> {
    if ("command" in program) return { command: program.command, args };
    if ("script" in program) return scriptCommand(program.script, args);
    if (this.#tools === undefined) {
      throw new ProcessStartError(
        `Cannot start the tool ${program.tool}: this runtime was opened without tools`,
      );
    }
    return { command: await this.#tools.path(program.tool), args };
  }
}

function fileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
}
