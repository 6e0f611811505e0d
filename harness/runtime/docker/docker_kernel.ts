/** The kernel's side of a cell: rules in its pods' namespaces, cables, limits. */
import type { Pod, RunningProcess } from "../../model/process.ts";
import type { CellKernel, ResourceLimits, ResourceUsage } from "../../model/runtime.ts";
import type { Attachments } from "./attachments.ts";
import type { CellNetwork } from "./cell_network.ts";
import { DockerError } from "./docker_error.ts";
import { DockerPod } from "./docker_pod.ts";
import { DockerProcess } from "./docker_process.ts";
import type { DockerRun } from "./docker_run.ts";
import { cancellable } from "./engine.ts";
import { execAsRoot } from "./exec.ts";
import { limitsInForce, limitUpdate } from "./resource_limits.ts";
import { resourceUsageOf } from "./resource_usage.ts";

/** Something that was done and is to end with the cell. */
interface Deed {
  readonly entry: number;
  /** Where it was done; what is done to a pod of the cell itself goes with that pod. */
  readonly pod: DockerPod;
  /** Which call takes it back. */
  readonly key: string;
  undo(): Promise<unknown>;
}

/** The kernel as one cell may use it. */
export class DockerKernel implements CellKernel {
  readonly #run: DockerRun;
  readonly #network: CellNetwork;
  readonly #attachments: Attachments;
  readonly #deeds = new Set<Deed>();

  constructor(run: DockerRun, network: CellNetwork, attachments: Attachments) {
    this.#run = run;
    this.#network = network;
    this.#attachments = attachments;
  }

  async run(pod: Pod, commandLine: readonly string[], undo?: readonly string[]): Promise<string> {
    const place = podOf(pod);
    const { name, id } = await place.sandbox;
    const deed = undo === undefined ? undefined : this.#intendRule(place, name, undo);
    const { exitCode, stdout, stderr } = await execAsRoot(this.#run.engine, { id, name }, commandLine);
    if (exitCode !== 0) {
      // A program that failed may have done half of it: its undo stays for the cell's end.
      throw new Error(
        `"${commandLine.join(" ")}" in the pod ${pod.name}: expected exit code 0, found ${exitCode}: ${
          stderr.trim() || stdout.trim() || "(no words)"
        }`,
      );
    }
    for (const each of this.#deeds) {
      if (each !== deed && each.pod === place && each.key === keyOf(commandLine)) {
        this.#settle(each, "undone");
      }
    }
    return stdout;
  }

  async disconnect(pod: Pod): Promise<void> {
    this.#addressOf(pod);
    await this.#network.disconnect(podOf(pod).containerName);
  }

  async connect(pod: Pod): Promise<void> {
    const address = this.#addressOf(pod);
    if (await this.isConnected(pod)) return;
    await this.#network.connect(podOf(pod).containerName, address);
  }

  async isConnected(pod: Pod): Promise<boolean> {
    const { handle, name } = await podOf(pod).sandbox;
    const { NetworkSettings } = await this.#run.engine.ask(
      `look at the container ${name}`,
      (abortSignal) => handle.inspect({ abortSignal }),
    );
    return NetworkSettings.Networks[this.#network.name] !== undefined;
  }

  async limit(process: RunningProcess, limits: ResourceLimits): Promise<ResourceLimits> {
    const { container, pod } = processOf(process);
    const { engine, ledger } = this.#run;
    const { HostConfig } = await engine.ask(
      `look at the container ${container.name}`,
      (abortSignal) => container.handle.inspect({ abortSignal }),
    );
    const before = limitsInForce(HostConfig, engine.memoryBytes);
    const update = limitUpdate(limits, before, engine.memoryBytes);
    if (limits.memoryBytes !== undefined) {
      // From before its first kill on, or the count would lack it.
      await this.#run.outOfMemoryWatch();
      processOf(process).noteMemoryLimit();
    }
    const key = `limit ${container.id}`;
    const earlier = [...this.#deeds].find((deed) => deed.key === key);
    const deed: Deed = earlier ?? {
      entry: ledger.intendLimit(process.name, { container: container.name, undo: before }),
      pod,
      key,
      undo: () => this.limit(process, before),
    };
    this.#deeds.add(deed);
    // An update of nothing is an empty body, which the engine takes for a broken one.
    if (Object.keys(update).length > 0) {
      await engine.ask(
        `limit the container ${container.name} to ${JSON.stringify(limits)}`,
        (abortSignal) => container.handle.update(cancellable(update, abortSignal)),
      );
    }
    if (Object.keys(limits).length === 0) this.#settle(deed, "lifted");
    return before;
  }

  async usage(process: RunningProcess): Promise<ResourceUsage> {
    const { container } = processOf(process);
    const statistics = await this.#run.engine.ask(
      `read the counters of the container ${container.name}`,
      (abortSignal) =>
        container.handle.stats(cancellable({ stream: false as const, "one-shot": true }, abortSignal)),
    );
    return resourceUsageOf(statistics, (await this.#run.outOfMemoryWatch()).kills(container.id));
  }

  /** Takes back what was done outside the cell, before its guests leave. */
  async undoElsewhere(): Promise<void> {
    const elsewhere = [...this.#deeds].filter(({ pod }) => pod.network !== this.#network);
    await Promise.all(elsewhere.map(async (deed) => {
      await deed.undo();
      this.#settle(deed, "undone");
    }));
  }

  /** Notes that the cell's own pods are gone, and with them all that was done in them. */
  noteGone(): void {
    for (const deed of this.#deeds) this.#settle(deed, "gone with its container");
  }

  #intendRule(pod: DockerPod, container: string, undo: readonly string[]): Deed {
    const deed: Deed = {
      entry: this.#run.ledger.intendRule(`${undo[0] ?? ""} in ${pod.name}`, { container, undo }),
      pod,
      key: keyOf(undo),
      undo: async () => {
        const { id, name } = await pod.sandbox;
        await execAsRoot(this.#run.engine, { id, name }, undo);
      },
    };
    this.#deeds.add(deed);
    return deed;
  }

  #settle(deed: Deed, detail: string): void {
    if (this.#deeds.delete(deed)) this.#run.ledger.ended(deed.entry, detail);
  }

  #addressOf(pod: Pod): string {
    const address = this.#attachments.addressOf(podOf(pod));
    if (address !== undefined) return address;
    throw new Error(
      `Cannot pull the cable of the pod ${pod.name}: expected a pod of this cell or one that was admitted, found one of another cell`,
    );
  }
}

/** @throws {DockerError} For a pod of another runtime. */
export function podOf(pod: Pod): DockerPod {
  if (pod instanceof DockerPod) return pod;
  throw new DockerError(
    "refused",
    `Cannot use the pod ${pod.name}: expected one that this runtime made, found one of another`,
  );
}

/** @throws {DockerError} For a process of another runtime. */
export function processOf(process: RunningProcess): DockerProcess {
  if (process instanceof DockerProcess) return process;
  throw new DockerError(
    "refused",
    `Cannot use the process ${process.name}: expected one that this runtime started, found one of another`,
  );
}

function keyOf(commandLine: readonly string[]): string {
  return JSON.stringify(commandLine);
}
