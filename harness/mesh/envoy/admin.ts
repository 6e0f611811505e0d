import type { Address } from "../../model/mesh.ts";

interface ListenerStatus {
  readonly name: string;
  readonly "local_address"?: {
    readonly "socket_address"?: { readonly address: string; readonly "port_value": number };
  };
}

/** Envoy's administration interface. */
export class EnvoyAdmin {
  readonly #addressFile: string;

  /** @param addressFile Where Envoy writes its admin address (`--admin-address-path`). */
  constructor(addressFile: string) {
    this.#addressFile = addressFile;
  }

  /** `host:port` of the admin interface, or undefined while Envoy has not written it. */
  async address(): Promise<Address | undefined> {
    try {
      const text = (await Deno.readTextFile(this.#addressFile)).trim();
      return text === "" ? undefined : text;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Address of each listener that is bound, by name; empty while the admin interface is not up. */
  async listeners(signal: AbortSignal): Promise<ReadonlyMap<string, Address>> {
    const address = await this.address();
    if (address === undefined) return new Map();
    const response = await fetch(`http://${address}/listeners?format=json`, { signal });
    const body = await response.json() as { listener_statuses?: readonly ListenerStatus[] };
    const bound = new Map<string, Address>();
    for (const status of body.listener_statuses ?? []) {
      const socket = status.local_address?.socket_address;
      if (socket !== undefined && socket.port_value !== 0) {
        bound.set(status.name, `${socket.address}:${socket.port_value}`);
      }
    }
    return bound;
  }
}
