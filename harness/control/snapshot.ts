import type { EncodedResource } from "./discovery_codec.ts";

/** A resource with the name that subscriptions ask for. */
export interface Resource extends EncodedResource {
  readonly name: string;
}

/** All resources of one type, at one version. */
export interface TypeSnapshot {
  readonly version: string;
  readonly resources: ReadonlyMap<string, Resource>;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function sameContent(left: ReadonlyMap<string, Resource>, right: ReadonlyMap<string, Resource>): boolean {
  if (left.size !== right.size) return false;
  for (const [name, resource] of left) {
    const other = right.get(name);
    if (other === undefined || !sameBytes(resource.bytes, other.bytes)) return false;
  }
  return true;
}

/**
 * What the control plane offers: the resources of each type and their version. Versions are decimal numbers
 * from one counter, so that of any two versions of any types it is plain which is the later.
 */
export class SnapshotCache {
  readonly #types = new Map<string, TypeSnapshot>();
  #counter = 0;

  /** The latest version given to any type; "0" before the first. */
  get version(): string {
    return String(this.#counter);
  }

  /** The types that were ever set. */
  types(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** The current state of a type, if it was ever set. */
  get(typeUrl: string): TypeSnapshot | undefined {
    return this.#types.get(typeUrl);
  }

  /**
   * Replaces the resources of a type. The version grows only when the content changed.
   *
   * @returns Whether it changed.
   * @throws {Error} When a resource is of another type, or two share a name.
   */
  set(typeUrl: string, resources: Iterable<Resource>): boolean {
    const byName = new Map<string, Resource>();
    for (const resource of resources) {
      if (resource.typeUrl !== typeUrl) {
        throw new Error(`Cannot offer ${resource.name} under ${typeUrl}: its type is ${resource.typeUrl}`);
      }
      if (byName.has(resource.name)) {
        throw new Error(`Cannot offer two resources of ${typeUrl} by one name: ${resource.name}`);
      }
      byName.set(resource.name, resource);
    }
    const current = this.#types.get(typeUrl);
    if (current !== undefined && sameContent(current.resources, byName)) return false;
    this.#counter++;
    this.#types.set(typeUrl, { version: String(this.#counter), resources: byName });
    return true;
  }
}
