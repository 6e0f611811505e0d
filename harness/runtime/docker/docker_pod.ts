/** A pod in containers: a sandbox that holds the network, and a container a process beside it. */
import type { Pod } from "../../model/process.ts";
import type { CellNetwork } from "./cell_network.ts";
import { CELL_LABEL, POD_LABEL, RUN_LABEL } from "./labels.ts";
import { type DockerOwner, OwnedContainer } from "./owned_container.ts";

/** What `iptables`, `tc` and `ss` want of root in the sandbox; no process of a pod has any of it. */
const SANDBOX_CAPABILITIES = ["NET_ADMIN", "NET_RAW"];
/** Below the range that the kernel hands out by itself, as on the harness's own machine. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** What a pod is to be. */
export interface PodOptions {
  readonly owner: DockerOwner;
  readonly network: CellNetwork;
  /** Name of the cell. */
  readonly cell: string;
  /** Tag of the image `sandbox`. */
  readonly image: string;
  /** A port to be published on the engine's loopback. */
  readonly publishedPort?: number;
}

/** A pod. It lasts as long as its cell. */
export class DockerPod implements Pod {
  readonly name: string;
  readonly host: string;
  readonly bind = "0.0.0.0";
  /** Where it was made, and where it has `host`. */
  readonly network: CellNetwork;
  /** The sandbox's name on the engine, known before it runs. */
  readonly containerName: string;
  /** The sandbox, once it runs. */
  readonly sandbox: Promise<OwnedContainer>;
  // Not the same ones in every pod: an address that comes again would meet what clients remember of the one before.
  #nextPort = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT) / 2);

  /** Begins to start the sandbox. */
  constructor(name: string, options: PodOptions) {
    const { owner, network } = options;
    this.name = name;
    this.network = network;
    this.host = network.nextAddress();
    this.containerName = owner.uniqueName(name);
    this.sandbox = network.inTurn(() =>
      OwnedContainer.start(owner, `sandbox of ${name}`, {
        image: options.image,
        args: [],
        labels: { [RUN_LABEL]: owner.ledger.runId, [CELL_LABEL]: options.cell, [POD_LABEL]: name },
        network: network.name,
        address: this.host,
        capabilities: SANDBOX_CAPABILITIES,
        ...(options.publishedPort === undefined ? {} : { publishedPort: options.publishedPort }),
      }, { name: this.containerName })
    );
    // Whoever uses the pod awaits it; a pod that nobody uses fails nobody.
    this.sandbox.catch(() => undefined);
  }

  /** Ends it, with whatever is still in it. A pod that never came to be is no error. */
  async remove(): Promise<void> {
    const sandbox = await this.sandbox.catch(() => undefined);
    await this.network.inTurn(() => sandbox?.remove() ?? Promise.resolve());
  }

  freePorts(count: number): readonly number[] {
    if (this.#nextPort + count > HIGHEST_PORT) {
      throw new Error(
        `Cannot give out ${count} more ports of the pod ${this.name}: expected them below ${HIGHEST_PORT}, found the next one to be ${this.#nextPort}`,
      );
    }
    const first = this.#nextPort;
    this.#nextPort += count;
    return Array.from({ length: count }, (_, index) => first + index);
  }
}
