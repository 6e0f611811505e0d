/** One network of the run: a bridge of its own, with addresses that we give out. */
import { pause } from "../../model/pause.ts";
import { DockerError, isDockerError } from "./docker_error.ts";
import { cancellable, CHANGE_LIMIT_MS, type Engine } from "./engine.ts";
import { CELL_LABEL, RUN_LABEL } from "./labels.ts";
import type { DockerOwner } from "./owned_container.ts";
import { HostAddresses, type Subnet, subnetText } from "./subnet.ts";
import type { SubnetPool } from "./subnet_pool.ts";

/** How many subnets in a row may turn out to be somebody else's. */
const SUBNET_TRIES = 64;
/** How often and with which pause a network is tried again that seems in use after its last container is gone. */
const REMOVAL_LIMIT_MS = 5_000;
const TRIES_UNTIL_FORCED = 25;
const REMOVAL_PAUSE_MS = 20;

/** How long other runs are waited for when no addresses are left at all, and how often is looked. */
const PROBE_LIMIT_MS = 30_000;
const PROBE_PAUSE_MS = 250;

/** What a network is to be. */
export interface NetworkOptions {
  readonly owner: DockerOwner;
  readonly subnets: SubnetPool;
  /** Name of the cell. */
  readonly cell: string;
  /** Whether it leads nowhere else; only the relay's does, for its published port. */
  readonly isInternal: boolean;
}

/** A network, made. */
export class CellNetwork implements AsyncDisposable {
  /** Its name on the engine. */
  readonly name: string;
  readonly subnet: Subnet;
  readonly #options: NetworkOptions;
  readonly #entry: number;
  readonly #addresses: HostAddresses;
  #changing: Promise<unknown> = Promise.resolve();
  #removing: Promise<void> | undefined;

  private constructor(options: NetworkOptions, name: string, entry: number, subnet: Subnet) {
    this.name = name;
    this.subnet = subnet;
    this.#options = options;
    this.#entry = entry;
    this.#addresses = new HostAddresses(subnet);
  }

  /** @throws {DockerError} When it cannot be made; nothing of it is left then. */
  static async create(options: NetworkOptions): Promise<CellNetwork> {
    const { owner, cell, isInternal } = options;
    for (let tries = 1;; tries++) {
      const subnet = await options.subnets.take();
      const name = owner.uniqueName(cell);
      try {
        const { entry } = await createOwned(owner, cell, name, {
          Internal: isInternal,
          IPAM: { Driver: "default", Config: [{ Subnet: subnetText(subnet) }] },
          Labels: { [RUN_LABEL]: owner.ledger.runId, [CELL_LABEL]: cell },
        });
        return new CellNetwork(options, name, entry, subnet);
      } catch (error) {
        const isTaken = isDockerError(error, "refused") && /overlap/i.test(error.message);
        if (!isTaken || tries === SUBNET_TRIES) throw error;
      }
    }
  }

  /** An address that nothing else on it has. */
  nextAddress(): string {
    return this.#addresses.next();
  }

  /** Puts a container on it. */
  async connect(container: string, address: string): Promise<void> {
    const options = { Container: container, EndpointConfig: { IPAMConfig: { IPv4Address: address } } };
    await this.inTurn(() =>
      this.#engine.ask(
        `put the container ${container} on the network ${this.name}`,
        (abortSignal) => this.#handle.connect(cancellable(options, abortSignal)),
      )
    );
  }

  /** Takes a container off it. One that is not on it, or is gone or going, is no error. */
  disconnect(container: string): Promise<void> {
    return this.inTurn(() => this.#disconnect(container));
  }

  /**
   * Does what puts somebody on the network or takes somebody off it after all else that does. Docker 20.10 counts who is
   * on a network, and the count was seen to be off (a few times in some thousand networks) after several had come or left
   * at once: such a network cannot be removed until the engine is started anew. One after the other takes hardly longer:
   * the engine has a lock.
   */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  /** Removes it; all containers must be gone from it. What failed can be tried again. */
  remove(): Promise<void> {
    this.#removing ??= this.#remove().catch((error: unknown) => {
      this.#removing = undefined;
      throw error;
    });
    return this.#removing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }

  async #remove(): Promise<void> {
    const deadline = performance.now() + REMOVAL_LIMIT_MS;
    for (let tries = 1;; tries++) {
      try {
        await this.#engine.ask(
          `remove the network ${this.name}`,
          (abortSignal) => this.#handle.remove(cancellable({}, abortSignal)),
          CHANGE_LIMIT_MS,
        );
        break;
      } catch (error) {
        if (isDockerError(error, "missing")) break;
        // The engine lets go of a removed container's endpoint a little after it has said that it is removed.
        const isInUse = error instanceof DockerError && /active endpoints/i.test(error.message);
        if (!isInUse) throw error;
        // Long after that, somebody is still on it whose own removal went amiss; nobody but ours ever is.
        const guests = tries % TRIES_UNTIL_FORCED === 0 ? await this.#disconnectAll() : undefined;
        if (performance.now() > deadline) {
          if (guests !== undefined && guests > 0) throw error;
          if (guests === 0) return this.#leaveBehind();
        }
        await pause(REMOVAL_PAUSE_MS);
      }
    }
    this.#options.owner.ledger.ended(this.#entry, "removed");
    this.#options.subnets.giveBack(this.subnet);
  }

  async #disconnect(container: string): Promise<void> {
    try {
      await this.#engine.ask(
        `take the container ${container} off the network ${this.name}`,
        (abortSignal) =>
          this.#handle.disconnect(cancellable({ Container: container, Force: true }, abortSignal)),
      );
    } catch (error) {
      if (isDockerError(error, "missing")) return;
      const isOff = error instanceof DockerError &&
        /is not connected to|is marked for removal/i.test(error.message);
      if (!isOff) throw error;
    }
  }

  /** Its cell is whole and over: an empty network is no reason to take its verdicts for broken. */
  #leaveBehind(): void {
    this.#options.owner.onWarning?.(
      `the Docker engine counts somebody on the network ${this.name} although nobody is, and so does not remove it (a ` +
        `defect of old engines); it harms nobody; start the engine anew and run "clean"`,
    );
  }

  /** Returns how many were on it. */
  async #disconnectAll(): Promise<number> {
    const { Containers } = await this.#engine.ask(
      `look at the network ${this.name}`,
      () => this.#handle.inspect(),
    );
    const guests = Object.keys(Containers ?? {});
    for (const id of guests) await this.disconnect(id);
    return guests.length;
  }

  get #engine(): Engine {
    return this.#options.owner.engine;
  }

  get #handle() {
    return this.#engine.dockerode.getNetwork(this.name);
  }
}

/**
 * Asks the engine which addresses are free, by letting it choose them for a network that is removed at once. Where
 * none are left, other runs may be about to give some back.
 *
 * @returns Such as 172.18.0.0/16.
 */
export async function probeAddressPool(owner: DockerOwner): Promise<string> {
  for (const deadline = performance.now() + PROBE_LIMIT_MS;;) {
    try {
      return await probeOnce(owner);
    } catch (error) {
      const isExhausted = error instanceof DockerError && /non-overlapping/i.test(error.message);
      if (!isExhausted || performance.now() > deadline) throw error;
      await pause(PROBE_PAUSE_MS);
    }
  }
}

async function probeOnce(owner: DockerOwner): Promise<string> {
  const { engine, ledger } = owner;
  const name = owner.uniqueName("probe");
  const { id, entry } = await createOwned(owner, "probe", name, {
    Internal: true,
    Labels: { [RUN_LABEL]: ledger.runId },
  });
  const handle = engine.dockerode.getNetwork(id);
  try {
    const { IPAM } = await engine.ask(`look at the network ${name}`, () => handle.inspect());
    const subnet = (IPAM?.Config ?? []).map(({ Subnet }) => Subnet).find((each) => each?.includes("."));
    if (subnet !== undefined) return subnet;
    throw new DockerError(
      "refused",
      `Cannot find free addresses: expected an IPv4 subnet for the network ${name}, found ${
        JSON.stringify(IPAM)
      }; give the Docker engine IPv4 pools (default-address-pools)`,
    );
  } finally {
    await engine.ask(
      `remove the network ${name}`,
      (abortSignal) => handle.remove(cancellable({}, abortSignal)),
    );
    ledger.ended(entry, "removed");
  }
}

/** What a network of ours is made with. */
interface NetworkSettings {
  readonly Internal: boolean;
  readonly IPAM?: { Driver: string; Config: { Subnet: string }[] };
  readonly Labels: Record<string, string>;
}

/** Makes a network that is on the ledger before. */
async function createOwned(
  { engine, ledger }: DockerOwner,
  title: string,
  name: string,
  settings: NetworkSettings,
): Promise<{ id: string; entry: number }> {
  const entry = ledger.intendNetwork(title, name);
  try {
    const { id } = await engine.ask(
      `make the network ${name}`,
      (abortSignal) =>
        engine.dockerode.createNetwork({
          Name: name,
          Driver: "bridge",
          EnableIPv6: false,
          CheckDuplicate: true,
          ...settings,
          abortSignal,
        }),
      CHANGE_LIMIT_MS,
    );
    ledger.created(entry, id);
    return { id, entry };
  } catch (error) {
    // After a call that nobody waits for any more it may still be made: the entry stays for `sweep`.
    if (!isDockerError(error, "slow", "gone")) ledger.ended(entry, "never made");
    throw error;
  }
}
