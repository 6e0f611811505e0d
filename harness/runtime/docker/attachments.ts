/** Pods from elsewhere in the run that are put on a cell's network. */
import type { CellNetwork } from "./cell_network.ts";
import type { DockerPod } from "./docker_pod.ts";
import type { DockerOwner } from "./owned_container.ts";

/** The guests of one network. */
export class Attachments {
  readonly #owner: DockerOwner;
  readonly #network: CellNetwork;
  readonly #cell: string;
  readonly #guests = new Map<DockerPod, { address: string; entry: number; attached: Promise<void> }>();

  constructor(owner: DockerOwner, network: CellNetwork, cell: string) {
    this.#owner = owner;
    this.#network = network;
    this.#cell = cell;
  }

  /** Puts a pod on the network, once. Returns its address there. */
  async attach(pod: DockerPod): Promise<string> {
    if (pod.network === this.#network) return pod.host;
    const known = this.#guests.get(pod);
    if (known !== undefined) {
      await known.attached;
      return known.address;
    }
    const address = this.#network.nextAddress();
    const entry = this.#owner.ledger.intendAttachment(`${pod.name} in ${this.#cell}`, {
      container: pod.containerName,
      network: this.#network.name,
    });
    const attached = pod.sandbox.then(({ id }) => this.#network.connect(id, address));
    this.#guests.set(pod, { address, entry, attached });
    await attached;
    return address;
  }

  /** A pod's address on this network; undefined when it is not a guest. */
  addressOf(pod: DockerPod): string | undefined {
    return pod.network === this.#network ? pod.host : this.#guests.get(pod)?.address;
  }

  /** Takes all guests off the network again. What failed can be tried again. */
  async detachAll(): Promise<void> {
    await Promise.all([...this.#guests].map(async ([pod, { entry, attached }]) => {
      await attached.catch(() => undefined);
      await this.#network.disconnect(pod.containerName);
      this.#owner.ledger.ended(entry, "taken off");
      this.#guests.delete(pod);
    }));
  }
}
