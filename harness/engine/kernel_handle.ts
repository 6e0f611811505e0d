import type { Broken, KernelHandle, Members } from "../model/drive.ts";
import { nearest } from "../model/nearest.ts";
import type { Pod, RunningProcess } from "../model/process.ts";
import type { CellKernel } from "../model/runtime.ts";
import type { Fault } from "../faults/fault.ts";
import {
  type CutSettings,
  disconnect,
  isolate,
  limitBandwidth,
  limitCpu,
  limitMemory,
  minority,
  netem,
  partition,
  ring,
} from "../faults/kernel/mod.ts";
import type { CellFaults } from "./cell_faults.ts";

/** Whoever can be struck. */
export interface KernelMember {
  readonly name: string;
  /** Looked up at every fault: a member that was started again has another one. */
  readonly process: RunningProcess;
}

/** What the handle is made of. */
export interface KernelParts {
  /** Absent where the cell's pods have no namespaces of their own. */
  readonly kernel: CellKernel | undefined;
  readonly instances: readonly KernelMember[];
  /** The registry's members, where it is the cell's own. */
  readonly registry: readonly KernelMember[];
  readonly faults: Pick<CellFaults, "inject">;
}

/** Kernel faults as a drive handles them. */
export function kernelHandle(parts: KernelParts): KernelHandle {
  const { faults, registry } = parts;
  const kernelOf = (what: string): CellKernel => {
    if (parts.kernel !== undefined) return parts.kernel;
    throw new TypeError(
      `Cannot ${what}: expected a cell whose pods have network namespaces of their own, found none; ` +
        "ask for environment: { kernel: true }",
    );
  };
  const members = [...parts.instances, ...registry];
  const processOf = (name: string): RunningProcess => {
    const member = members.find((each) => each.name === name);
    if (member !== undefined) return member.process;
    const names = members.map((each) => each.name);
    const guess = nearest(name, names);
    throw new TypeError(
      `Cannot strike "${name}": expected one of ${names.join(", ")}${
        guess === undefined ? "" : `; did you mean "${guess}"?`
      }`,
    );
  };
  const podOf = (name: string): Pod => processOf(name).pod;
  const podsOf = (names: Members) => (typeof names === "string" ? [names] : names).map(podOf);
  const othersThan = (name: string) =>
    members.map((each) => each.name).filter((other) => other !== name).map(podOf);
  const peerOf = (name: string): Pod => {
    const [peer] = othersThan(name);
    if (peer !== undefined) return peer;
    throw new TypeError(`Cannot strike "${name}": expected another member to witness it, found none`);
  };
  const settings = (what: string, request: Pick<CutSettings, "action"> = {}): CutSettings => ({
    kernel: kernelOf(what),
    ...request,
  });
  const inject = async (fault: () => Fault): Promise<Broken> => await faults.inject(fault());

  return {
    partition: (first, second, request = {}) =>
      inject(() =>
        partition({ ...settings("partition", request), ...request, between: [podsOf(first), podsOf(second)] })
      ),
    isolate: (member, request) =>
      inject(() => isolate(podOf(member), othersThan(member), settings("isolate", request))),
    minority: (some, of = registry.map((each) => each.name), request) =>
      inject(() => minority(podsOf(some), podsOf(of), settings("cut off a minority", request))),
    ring: (list, request) => inject(() => ring(podsOf(list), settings("make a ring", request))),
    disconnect: (member) =>
      inject(() => disconnect({ kernel: kernelOf("disconnect"), pod: podOf(member), peer: peerOf(member) })),
    limitCpu: (member, cpus) =>
      inject(() =>
        limitCpu({
          name: `limit cpu ${member}`,
          kernel: kernelOf("limit CPU"),
          process: processOf(member),
          cpus,
        })
      ),
    limitMemory: (member, memoryBytes) =>
      inject(() =>
        limitMemory({
          name: `limit memory ${member}`,
          kernel: kernelOf("limit memory"),
          process: processOf(member),
          memoryBytes,
        })
      ),
    bandwidth: (member, bytesPerSecond) =>
      inject(() =>
        limitBandwidth({ kernel: kernelOf("limit bandwidth"), pod: podOf(member), bytesPerSecond })
      ),
    netem: (member, request, peer) =>
      inject(() =>
        netem({
          ...request,
          kernel: kernelOf("impair packets"),
          pod: podOf(member),
          peer: peer === undefined ? peerOf(member) : podOf(peer),
        })
      ),
  };
}
