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

  /** Heals what is still in force, the latest first; one that cannot be healed leaves no other in force. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const injected of this.#injected.toReversed()) {
      await injected.heal().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
