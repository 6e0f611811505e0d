import type { Address, MeshAdapter, MeshEnvironment, StartedMesh } from "../model/mesh.ts";

/**
 * No mesh at all: callers reach the first instance of a service directly. A control: whatever clause it keeps
 * although the clause needs a mesh proves nothing.
 */
export const direct: MeshAdapter = {
  name: "direct",
  features: new Set(),
  tools: [],
  unsupportedFields: {},
  version: () => Promise.resolve("none"),
  start: (environment) => Promise.resolve(new StartedDirect(environment)),
};

class StartedDirect implements StartedMesh {
  readonly #environment: MeshEnvironment;

  constructor(environment: MeshEnvironment) {
    this.#environment = environment;
  }

  entry(service: string): Address {
    const found = this.#environment.services.find(({ name }) => name === service);
    const first = found?.instances[0];
    if (first !== undefined) return first.address;
    const known = this.#environment.services.map(({ name }) => name).join(", ");
    const what = found === undefined ? `the services are ${known}` : "it has no instance";
    throw new Error(`Cannot reach service "${service}" directly: ${what}`);
  }

  /** The instance itself, which speaks plaintext: nothing here speaks TLS. */
  inbound(service: string): Address {
    return this.entry(service);
  }

  apply(): Promise<{ version: string; outcome: "none"; error: string }> {
    return Promise.resolve({ version: "", outcome: "none", error: "" });
  }

  rotate(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
