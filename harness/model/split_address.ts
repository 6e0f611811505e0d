import type { Address } from "./mesh.ts";

/**
 * Host and port of an address.
 *
 * @param use What the address is wanted for, for the error, such as `link to a target`.
 * @throws {TypeError} When it is no `host:port`.
 */
export function splitAddress(address: Address, use: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new TypeError(`Cannot ${use} that is not host:port: current value is ${JSON.stringify(address)}`);
  }
  return { host: address.slice(0, colon), port };
}
