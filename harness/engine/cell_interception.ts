import type { Broken, SidecarHandle } from "../model/drive.ts";
import type { Recorder } from "../model/event.ts";
import { type Interception, type InterceptionNeeds, SIDECAR } from "../model/interception.ts";
import type { StartedMesh } from "../model/mesh.ts";
import type { CellKernel, CellRuntime } from "../model/runtime.ts";
import type { Fault } from "../faults/fault.ts";
import { killProcess } from "../faults/process.ts";
import type { CellFaults } from "./cell_faults.ts";
import type { CellInstance } from "./cell_instance.ts";
import { COUNT_COMMAND, READ_COMMAND, readConnectionCount, UNCOUNT_COMMAND } from "./connection_count.ts";

type Intercepted = Pick<CellInstance, "id" | "service" | "worker" | "ownAddress">;

/** What an intercepted cell needs of its surroundings. */
export interface InterceptionContext {
  readonly runtime: Pick<CellRuntime, "kind" | "kernel" | "knock">;
  readonly recorder: Recorder;
  readonly faults: Pick<CellFaults, "inject">;
}

/** What the mesh is asked to intercept, and the harness's own look at what it does. */
export class CellInterception {
  readonly asked: Interception;
  readonly #instances: readonly Intercepted[];
  readonly #context: InterceptionContext;
  readonly #kernel: CellKernel;

  private constructor(
    asked: Interception,
    instances: readonly Intercepted[],
    context: InterceptionContext,
    kernel: CellKernel,
  ) {
    this.asked = asked;
    this.#instances = instances;
    this.#context = context;
    this.#kernel = kernel;
  }

  /**
   * Begins to count connections in every pod, before there is any mesh.
   *
   * @throws {Error} When the runtime has no kernel.
   */
  static async open(
    needs: InterceptionNeeds,
    instances: readonly Intercepted[],
    context: InterceptionContext,
  ): Promise<CellInterception> {
    const { kernel, kind } = context.runtime;
    if (kernel === undefined) {
      throw new Error(
        `Cannot intercept: expected pods with network namespaces of their own, found the ${kind} runtime; use --runtime docker`,
      );
    }
    await Promise.all(
      instances.map(({ worker }) => kernel.run(worker.process.pod, COUNT_COMMAND, UNCOUNT_COMMAND)),
    );
    return new CellInterception(interceptionOf(needs, instances), instances, context, kernel);
  }

  /** Reads the count of every pod and records it. */
  async countConnections(): Promise<void> {
    await Promise.all(this.#instances.map(async ({ id, worker }) => {
      const counted = readConnectionCount(await this.#kernel.run(worker.process.pod, READ_COMMAND));
      this.#context.recorder.record("engine", { kind: "connections.counted", instance: id, ...counted });
    }));
  }

  /** @throws {TypeError} When there is no such instance. */
  sidecar(mesh: Pick<StartedMesh, "sidecar">, instance: string): SidecarHandle {
    const found = this.#instances.find(({ id }) => id === instance);
    if (found === undefined) {
      const known = this.#instances.map(({ id }) => id).join(", ");
      throw new TypeError(
        `Cannot handle the sidecar of "${instance}": expected an instance, one of ${known}`,
      );
    }
    const { faults, runtime } = this.#context;
    const name = `kill sidecar of ${instance}`;
    return {
      kill: async (): Promise<Broken> => {
        const process = mesh.sidecar?.(instance);
        // Its inbound port, since all others of the pod lead there while the rules hold.
        const address = `${found.worker.process.pod.host}:${SIDECAR.inboundPort}`;
        return await faults.inject(
          process === undefined ? nothingToKill(name) : killProcess({ name, process, address, runtime }),
        );
      },
    };
  }
}

/** What is to be intercepted and what is to be left alone, by ports and addresses. */
export function interceptionOf(needs: InterceptionNeeds, instances: readonly Intercepted[]): Interception {
  const of = (services: readonly string[] = []) =>
    instances.filter(({ service }) => services.includes(service));
  const unique = <Value>(values: readonly Value[]) => [...new Set(values)];
  const excludedOutboundPorts = unique(of(needs.excludedPortsOf).map(({ worker }) => worker.port));
  const excludedAddresses = unique(
    of(needs.excludedAddressesOf).map(({ worker }) => worker.process.pod.host),
  );
  return {
    pods: instances.map(({ id, service, worker, ownAddress }) => ({
      instance: id,
      service,
      pod: worker.process.pod,
      address: ownAddress,
      excludedInboundPorts: (needs.uncapturedInbound ?? []).includes(service) ? [worker.port] : [],
      excludedOutboundPorts,
      excludedAddresses,
    })),
  };
}

/** A mesh without sidecars is broken in name only, and nobody sees it. */
function nothingToKill(name: string): Fault {
  const detail = "the mesh has no sidecar there";
  return {
    name,
    inject: () =>
      Promise.resolve({
        name,
        detail,
        witness: () => Promise.resolve({ witnessed: false, detail }),
        heal: () => Promise.resolve(),
      }),
  };
}
