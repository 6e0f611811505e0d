import type { Broken, InstanceHandle } from "../model/drive.ts";
import type { Recorder } from "../model/event.ts";
import type { CellRuntime } from "../model/runtime.ts";
import { killProcess, pauseProcess } from "../faults/process.ts";
import type { InjectedFault } from "../faults/inject_fault.ts";
import type { CellFaults } from "./cell_faults.ts";
import type { CellInstance, Registration } from "./cell_instance.ts";

/** What handles of a cell's instances share. */
export interface HandleContext {
  readonly recorder: Recorder;
  readonly runtime: CellRuntime;
  readonly faults: CellFaults;
  readonly registration: (instance: CellInstance) => Promise<Registration>;
  readonly disposables: AsyncDisposableStack;
}

/** An instance as a drive handles it. */
export function handleOf(instance: CellInstance, context: HandleContext): InstanceHandle {
  const { id, service, address, ownAddress, worker } = instance;
  const { recorder, faults, runtime } = context;
  let killed: InjectedFault | undefined;
  return {
    id,
    service,
    address,
    register: async () => await instance.register(await context.registration(instance)),
    kill: async () => {
      worker.broken = true;
      recorder.record("engine", {
        kind: "process",
        name: id,
        pid: worker.process.pid,
        edge: "killed",
        detail: "SIGKILL",
      });
      return killed = await faults.inject(
        killProcess({ process: worker.process, address: ownAddress, runtime, name: `kill ${id}` }),
      );
    },
    pause: async (): Promise<Broken> => {
      // A process that missed its keep-alives is not handed to another cell.
      worker.broken = true;
      return await faults.inject(
        pauseProcess({ process: worker.process, address: ownAddress, runtime, name: `pause ${id}` }),
      );
    },
    tombstone: async () => {
      // The kill's witness wants the port refused: it must have spoken before somebody listens there again.
      await killed?.testimony;
      context.disposables.use(
        await runtime.occupy(worker.process.pod, worker.port, () => {
          recorder.record(`tombstone:${id}`, { kind: "connection", instance: id });
        }),
      );
    },
  };
}
