/** Subnets for the networks of a run, from address pools that the engine itself holds for free. */
import { carve, parseSubnet, type Subnet } from "./subnet.ts";

/** How many pools are asked for before giving up. */
const POOLS_MAX = 8;

/** Gives out subnets. Another run may carve the same pool; who finds one taken takes the next. */
export class SubnetPool {
  readonly #probe: () => Promise<string>;
  readonly #random: () => number;
  readonly #free: Subnet[] = [];
  #pools = 0;
  #probing: Promise<void> | undefined;

  /**
   * @param probe Asks the engine for an address pool that overlaps with no network or route of its machine.
   * @param random Where in the pool to begin, so that two runs seldom meet.
   */
  constructor(probe: () => Promise<string>, random: () => number = Math.random) {
    this.#probe = probe;
    this.#random = random;
  }

  /** @throws {Error} When pool after pool turned out to be taken. */
  async take(): Promise<Subnet> {
    for (;;) {
      const subnet = this.#free.shift();
      if (subnet !== undefined) return subnet;
      this.#probing ??= this.#ask().finally(() => this.#probing = undefined);
      await this.#probing;
    }
  }

  /** For a subnet whose network is gone. One that was taken by somebody else is not given back. */
  giveBack(subnet: Subnet): void {
    this.#free.push(subnet);
  }

  async #ask(): Promise<void> {
    if (this.#pools >= POOLS_MAX) {
      throw new Error(
        `Cannot find a free subnet: those of ${POOLS_MAX} address pools of the Docker engine are taken; remove networks that are not used (docker network prune), or give it more pools (default-address-pools)`,
      );
    }
    const subnets = carve(parseSubnet(await this.#probe()));
    this.#pools += 1;
    const begin = Math.floor(this.#random() * subnets.length);
    this.#free.push(...subnets.slice(begin), ...subnets.slice(0, begin));
  }
}
