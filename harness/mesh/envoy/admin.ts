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

  /**
   * Begins to sample allocations. Of Envoy's profilers this and the heap dumps are what the wheel's build has (its
   * allocator is tcmalloc): its `/cpuprofiler` answers 500 and its `/heapprofiler` 501, since both need gperftools.
   *
   * @throws {Error} When this build cannot, with what it said.
   */
  async beginAllocationProfile(signal: AbortSignal): Promise<void> {
    const response = await this.#ask("POST", "allocprofiler?enable=y", signal);
    await response.body?.cancel();
  }

  /** Ends it; a pprof file (gzip). Places are addresses: the wheel's build is stripped of its symbols. */
  async endAllocationProfile(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await (await this.#ask("POST", "allocprofiler?enable=n", signal)).bytes();
  }

  /** What is on the heap now, by samples: a pprof file (gzip). */
  async heapDump(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await (await this.#ask("GET", "heap_dump", signal)).bytes();
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

  async #ask(method: string, path: string, signal: AbortSignal): Promise<Response> {
    const response = await fetch(`http://${this.#address}/${path}`, { method, signal });
    if (response.ok) return response;
    const said = (await response.text()).trim();
    throw new Error(`Envoy's /${path}: expected 200, found ${response.status}: ${said}`);
  }
}
