import type { Recorder } from "../model/event.ts";
import type { CellRuntime, RuntimeName } from "../model/runtime.ts";

/** What a cell's runtime is made for. */
export interface CellRuntimeOptions {
  /** Name of the cell, unique in the run; `run` for what its cells share. */
  readonly name: string;
  /** Made when missing; each process logs to `<log folder>/<name>.log`. */
  readonly logFolder: string;
  /** Is told of starts, faults and ends of processes, from source `engine`. */
  readonly recorder?: Recorder;
}

/** Where the processes of a run live. */
export interface Runtime extends AsyncDisposable {
  readonly kind: RuntimeName;
  /** Opens a place for one cell; nothing of it is left once that is disposed of. */
  cell(options: CellRuntimeOptions): Promise<CellRuntime>;
}
