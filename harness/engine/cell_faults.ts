import type { Recorder } from "../model/event.ts";
import type { Fault } from "../faults/fault.ts";
import { type InjectedFault, injectFault } from "../faults/inject_fault.ts";

/** The faults of one cell: on the history, and healed when the cell ends, whatever becomes of its drive. */
export class CellFaults implements AsyncDisposable {
  readonly #recorder: Recorder;
  readonly #injected: InjectedFault[] = [];

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  async inject(fault: Fault): Promise<InjectedFault> {
    const injected = await injectFault(fault, this.#recorder);
    this.#injected.push(injected);
    return injected;
  }

  /** Heals what is still in force, the latest first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const injected of this.#injected.reverse()) await injected.heal();
  }
}
