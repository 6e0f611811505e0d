import type { Address } from "../../model/mesh.ts";

interface ListenerStatus {
  readonly name: string;
  readonly "local_address"?: {
    readonly "socket_address"?: { readonly address: string; readonly "port_value": number };
  };
}

/** Envoy's administration interface. */
export class EnvoyAdmin {
  readonly #address: Address;

  /** @param address Where the harness reaches it. */
  constructor(address: Address) {
    this.#address = address;
  }

  /** Port of each listener that is bound, by name; empty while the admin interface is not up. */
  async listeners(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`http://${this.#address}/listeners?format=json`, { signal })
      .catch((error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      });
    if (response === undefined) return new Map();
    const body = await response.json() as { listener_statuses?: readonly ListenerStatus[] };
    const bound = new Map<string, number>();
    for (const status of body.listener_statuses ?? []) {
      const socket = status.local_address?.socket_address;
      if (socket !== undefined && socket.port_value !== 0) {
        bound.set(status.name, socket.port_value);
      }
    }
    return bound;
  }
}
