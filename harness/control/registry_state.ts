import { type Instance, sameInstance } from "./registration.ts";

interface Entry {
  readonly modRevision: number;
  /** Absent when the key never held anything usable. */
  readonly registration?: { readonly service: string; readonly instance: Instance };
}

/** What is registered, by key; tells of each service whose instances changed, once a batch. */
export class RegistryState {
  readonly #entries = new Map<string, Entry>();
  readonly #published = new Map<string, readonly Instance[]>();
  readonly #touched = new Set<string>();
  readonly #onChange: (service: string, instances: readonly Instance[]) => void;

  constructor(onChange: (service: string, instances: readonly Instance[]) => void) {
    this.#onChange = onChange;
  }

  /** Whether a change of a key at a revision is not in the state yet. */
  isNews(key: string, modRevision: number): boolean {
    return modRevision > (this.#entries.get(key)?.modRevision ?? 0);
  }

  /** The keys known at the moment. */
  keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Takes a registration in; nobody is told before {@link publish}. */
  put(at: { key: string; modRevision: number }, service: string, instance: Instance): void {
    this.#entries.set(at.key, { modRevision: at.modRevision, registration: { service, instance } });
    this.#touched.add(service);
  }

  /** Notes that a key holds something unusable; what it held before stays. */
  skip(at: { key: string; modRevision: number }): void {
    this.#entries.set(at.key, { ...this.#entries.get(at.key), modRevision: at.modRevision });
  }

  /** Takes a key out. */
  remove(key: string): void {
    const service = this.#entries.get(key)?.registration?.service;
    this.#entries.delete(key);
    if (service !== undefined) this.#touched.add(service);
  }

  /** Forgets everything and tells so. */
  clear(): void {
    for (const key of this.keys()) this.remove(key);
    this.publish();
  }

  /** Tells of every service that is not what was last told. */
  publish(): void {
    for (const service of this.#touched) {
      const now = [...this.#entries.values()]
        .flatMap(({ registration }) => registration?.service === service ? [registration.instance] : [])
        .sort((a, b) => a.id < b.id ? -1 : 1);
      const before = this.instances(service);
      const same = now.length === before.length &&
        now.every((instance, index) => sameInstance(instance, before[index] as Instance));
      this.#published.set(service, now);
      if (!same) this.#onChange(service, now);
    }
    this.#touched.clear();
  }

  /** The services that ever had an instance. */
  services(): readonly string[] {
    return [...this.#published.keys()];
  }

  /** The instances of a service as last told, in the order of their ids. */
  instances(service: string): readonly Instance[] {
    return this.#published.get(service) ?? [];
  }
}
