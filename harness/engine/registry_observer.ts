import { pause } from "../model/pause.ts";
import type { Recorder } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import { etcdGateway, type EtcdKeyValue } from "../runtime/etcd_gateway.ts";

/** How often the registry is looked at: the grain of the times that `registry` events carry. */
const LOOK_EVERY_MS = 40;
const LOOK_LIMIT_MS = 500;

/**
 * The harness's own eye on the registry, apart from whatever the mesh under test sees: records each registration
 * that comes, changes or goes, with the lease that it is bound to.
 */
export class RegistryObserver {
  readonly #prefix: string;
  readonly #recorder: Recorder;
  readonly #endpoints: Address[];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #known = new Map<string, EtcdKeyValue>();

  constructor(endpoints: readonly Address[], prefix: string, recorder: Recorder) {
    this.#endpoints = [...endpoints];
    this.#prefix = `${prefix}/services/`;
    this.#recorder = recorder;
    this.#done = this.#watch();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const begin = performance.now();
      try {
        await this.#look(signal);
      } catch {
        // This member is gone or has no quorum: ask the next one. The history shows no event, which is the truth.
        this.#endpoints.push(...this.#endpoints.splice(0, 1));
      }
      await pause(Math.max(1, LOOK_EVERY_MS - (performance.now() - begin)), signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const [endpoint] = this.#endpoints;
    if (endpoint === undefined) return;
    const gateway = etcdGateway(endpoint);
    const { keys, revision } = await gateway.range(this.#prefix, { timeoutMs: LOOK_LIMIT_MS, signal });
    const seenT = this.#recorder.now();
    const now = new Map(keys.map((entry) => [entry.key, entry]));
    for (const [key, before] of this.#known) {
      if (!now.has(key)) this.#record("delete", before, revision, seenT);
    }
    for (const [key, entry] of now) {
      if (this.#known.get(key)?.modRevision === entry.modRevision) continue;
      const lease = entry.lease === ""
        ? 0
        : (await gateway.leaseTimeToLive(entry.lease, { timeoutMs: LOOK_LIMIT_MS, signal })).grantedSeconds;
      this.#record("put", entry, entry.modRevision, seenT, lease);
    }
    this.#known = now;
  }

  #record(
    operation: "put" | "delete",
    entry: EtcdKeyValue,
    revision: number,
    t: number,
    lease?: number,
  ): void {
    const [service = "", instance = ""] = entry.key.slice(this.#prefix.length).split("/");
    this.#recorder.record("registry", {
      kind: "registry",
      operation,
      service,
      instance,
      revision,
      detail: entry.value,
      ...(lease === undefined ? {} : { leaseSeconds: lease }),
    }, t);
  }
}
