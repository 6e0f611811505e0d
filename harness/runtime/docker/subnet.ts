/** Arithmetic on IPv4 subnets, for networks whose addresses we give out ourselves. */

/** How large a cell's network is: 126 hosts. */
export const CELL_PREFIX = 25;

/** An IPv4 subnet. */
export interface Subnet {
  /** Lowest address, as a number. */
  readonly base: number;
  /** Length of the network part, in bits. */
  readonly prefix: number;
}

/** Reads `10.0.0.0/24`. @throws {TypeError} When it is no IPv4 subnet. */
export function parseSubnet(text: string): Subnet {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = (match ?? []).slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) {
    throw new TypeError(
      `Cannot read a subnet: expected one such as 10.0.0.0/24, found ${JSON.stringify(text)}`,
    );
  }
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { base: Math.floor(address / size) * size, prefix };
}

/** Writes it as `10.0.0.0/24`. */
export function subnetText({ base, prefix }: Subnet): string {
  return `${addressText(base)}/${prefix}`;
}

/** Cuts a pool into subnets of `prefix` bits. A pool that is no larger is taken as it is. */
export function carve(pool: Subnet, prefix: number = CELL_PREFIX): Subnet[] {
  if (pool.prefix >= prefix) return [pool];
  const size = 2 ** (32 - prefix);
  return Array.from(
    { length: 2 ** (prefix - pool.prefix) },
    (_, index) => ({ base: pool.base + index * size, prefix }),
  );
}

/** Gives out the hosts of a subnet in order, each once. The first one is left to the engine as gateway. */
export class HostAddresses {
  readonly #subnet: Subnet;
  #next = 2;

  constructor(subnet: Subnet) {
    this.#subnet = subnet;
  }

  /** @throws {Error} When all are given out. */
  next(): string {
    // The last address is the broadcast.
    if (this.#next >= 2 ** (32 - this.#subnet.prefix) - 1) {
      throw new Error(
        `Cannot give out another address: the ${this.#next - 2} of ${subnetText(this.#subnet)} are taken; ` +
          `start fewer pods in one cell, or give the Docker engine larger address pools (default-address-pools)`,
      );
    }
    return addressText(this.#subnet.base + this.#next++);
  }
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
