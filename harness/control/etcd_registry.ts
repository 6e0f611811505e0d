import { pause } from "../model/pause.ts";
import type { Recorder, RegistryEvent } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import type { KeyValue, WatchResponse } from "./etcd_codec.ts";
import { EtcdEndpoint } from "./etcd_endpoint.ts";
import { type Instance, parseRegistration, parseRegistrationKey, servicesPrefix } from "./registration.ts";
import { RegistryJournal } from "./registry_journal.ts";
import { RegistryState } from "./registry_state.ts";

/** The registry's decisions, one by one, so that a deliberately wrong mesh can replace any of them. */
export interface RegistryBehaviour {
  /** Follow changes by a watch, or look only every so often. */
  readonly watch: "stream" | { readonly pollEveryMs: number };
  /** What a deleted key does to its instance. */
  readonly onDelete: "remove" | "keep";
  /** What a broken watch does to the instances known. */
  readonly onWatchError: "keep" | "clear";
}

/** Options of {@link EtcdRegistry}. */
export interface EtcdRegistryOptions {
  /** `host:port` of each member. */
  readonly endpoints: readonly Address[];
  /** Keys are `<prefix>/services/<service>/<instance>`. */
  readonly prefix: string;
  /** Called for each service whose instances changed, with all that it has now. */
  readonly onChange: (service: string, instances: readonly Instance[]) => void;
  /** Where puts, deletes and malformed values are recorded. */
  readonly recorder?: Recorder;
  /** @default "registry" */
  readonly source?: string;
  readonly behaviour?: Partial<RegistryBehaviour>;
  /** The longest that a member may take for an answer before another is asked. @default 1000 */
  readonly deadlineMs?: number;
  /** How often the member is asked for a sign of life and of quorum. @default 500 */
  readonly probeEveryMs?: number;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Follows the registrations under a prefix of etcd: lists them, then watches from the next revision on. A watch
 * that breaks resumes at the last revision seen, on the next member; a compacted one lists anew. While no member
 * answers, the instances stay as they are (fail static).
 */
export class EtcdRegistry {
  /** Resolves once the registrations were listed for the first time. */
  readonly ready: Promise<void>;
  readonly #options: EtcdRegistryOptions;
  readonly #behaviour: RegistryBehaviour;
  readonly #endpoints: readonly EtcdEndpoint[];
  readonly #state: RegistryState;
  readonly #journal: RegistryJournal | undefined;
  readonly #becomeReady: () => void;
  readonly #closing = new AbortController();
  /** Everything up to this revision is in the state; 0 demands a list. */
  #revision = 0;
  readonly #running: Promise<void>;

  constructor(options: EtcdRegistryOptions) {
    if (options.endpoints.length === 0) {
      throw new Error("Cannot follow a registry without endpoints: give one");
    }
    this.#options = options;
    this.#behaviour = { watch: "stream", onDelete: "remove", onWatchError: "keep", ...options.behaviour };
    this.#endpoints = options.endpoints.map((address) =>
      new EtcdEndpoint(address, options.deadlineMs ?? 1000)
    );
    this.#state = new RegistryState(options.onChange);
    this.#journal = options.recorder === undefined
      ? undefined
      : new RegistryJournal(options.recorder, options.source ?? "registry");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#becomeReady = resolve;
    this.#running = this.#run();
  }

  /** The revision up to which everything is known; 0 before the first list. */
  get revision(): number {
    return this.#revision;
  }

  /** The services that ever had an instance. */
  services(): readonly string[] {
    return this.#state.services();
  }

  /** The instances of a service, in the order of their ids; empty when it has none. */
  instances(service: string): readonly Instance[] {
    return this.#state.instances(service);
  }

  /** Stops following; resolves when nothing runs any more. The instances stay readable. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const endpoint of this.#endpoints) endpoint.close();
    await this.#running;
    await this.#journal?.written();
  }

  async #run(): Promise<void> {
    let turn = 0;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#closing.signal.aborted) {
      const endpoint = this.#endpoints[turn % this.#endpoints.length] as EtcdEndpoint;
      const before = this.#revision;
      try {
        await this.#follow(endpoint);
      } catch {
        // Why a member was left matters to nobody: the next one is asked, and the state stays as it is.
        if (this.#closing.signal.aborted) return;
        if (this.#behaviour.onWatchError === "clear" && this.#revision > 0) {
          this.#state.clear();
          this.#revision = 0;
        }
      }
      // A connection that went silent may stay so long after the path is healed; a new one does not.
      endpoint.close();
      turn++;
      const progressed = this.#revision > before;
      pauseMs = progressed ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      await pause(turn % this.#endpoints.length === 0 ? pauseMs : FIRST_PAUSE_MS, this.#closing.signal);
    }
  }

  /** Follows through one member until it fails. */
  async #follow(endpoint: EtcdEndpoint): Promise<void> {
    const { watch } = this.#behaviour;
    if (watch === "stream") {
      if (this.#revision === 0) await this.#list(endpoint);
      await this.#watch(endpoint);
    } else {
      while (!this.#closing.signal.aborted) {
        await this.#list(endpoint);
        await pause(watch.pollEveryMs, this.#closing.signal);
      }
    }
  }

  async #list(endpoint: EtcdEndpoint): Promise<void> {
    const { revision, keyValues } = await endpoint.range(servicesPrefix(this.#options.prefix));
    const found = new Set(keyValues.map(({ key }) => key));
    for (const key of this.#state.keys()) if (!found.has(key)) this.#delete(key, revision, endpoint);
    for (const keyValue of keyValues) this.#put(keyValue, endpoint);
    this.#revision = revision;
    this.#state.publish();
    this.#becomeReady();
  }

  /** Resolves when the watch must begin with a list again; rejects when the member is to be left. */
  #watch(endpoint: EtcdEndpoint): Promise<void> {
    return new Promise((resolve, reject) => {
      // Whoever was told of the list may have closed the registry from within.
      if (this.#closing.signal.aborted) return reject(new Error("closed"));
      let told = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let ended = false;
      const over = (settle: () => void) => {
        ended = true;
        clearTimeout(timer);
        this.#closing.signal.removeEventListener("abort", closed);
        watch.cancel();
        settle();
      };
      const fail = (reason: string) => over(() => reject(new Error(reason)));
      const closed = () => fail("closed");
      const watch = endpoint.watch(
        servicesPrefix(this.#options.prefix),
        this.#revision + 1,
        (response) => {
          if (response.compactRevision > 0) {
            this.#revision = 0;
            return over(resolve);
          }
          if (response.cancelled) return fail(`cancelled: ${response.cancelReason}`);
          this.#apply(response, endpoint);
          told = Math.max(told, this.#revision);
        },
        fail,
      );
      this.#closing.signal.addEventListener("abort", closed);
      // A member without quorum keeps its watches open and silent. Only a linearizable read tells, and only a
      // watch that has told everything up to that read is alive.
      const probe = async () => {
        try {
          const { revision } = await endpoint.range(servicesPrefix(this.#options.prefix), true);
          if (ended) return;
          watch.progress();
          timer = setTimeout(() => {
            if (told < revision) fail(`watch told nothing beyond ${told}, the store is at ${revision}`);
            else void probe();
          }, told < revision ? this.#options.deadlineMs ?? 1000 : this.#options.probeEveryMs ?? 500);
        } catch (error) {
          fail(String(error));
        }
      };
      timer = setTimeout(() => void probe(), this.#options.probeEveryMs ?? 500);
    });
  }

  #apply(response: WatchResponse, endpoint: EtcdEndpoint): void {
    for (const { type, keyValue } of response.events) {
      if (type === "put") this.#put(keyValue, endpoint);
      else this.#delete(keyValue.key, keyValue.modRevision, endpoint);
    }
    // While a watch catches up, its headers are ahead of its events; without events they tell its progress.
    const reached = response.events.at(-1)?.keyValue.modRevision ??
      (response.created ? 0 : response.revision);
    this.#revision = Math.max(this.#revision, reached);
    this.#state.publish();
  }

  #put(keyValue: KeyValue, endpoint: EtcdEndpoint): void {
    if (!this.#state.isNews(keyValue.key, keyValue.modRevision)) return;
    const key = parseRegistrationKey(this.#options.prefix, keyValue.key);
    const event = this.#event("put", keyValue.key, keyValue.modRevision, keyValue.value);
    try {
      if (key === undefined) throw new TypeError(`key ${keyValue.key}: expected <service>/<instance>`);
      this.#state.put(keyValue, key.service, parseRegistration(key.instance, keyValue.value));
      this.#journal?.write(event, keyValue.lease, endpoint);
    } catch (error) {
      // The others are served all the same; what this key said before stays until it is deleted or mended.
      this.#state.skip(keyValue);
      this.#journal?.write(
        { ...event, operation: "malformed", detail: (error as Error).message },
        "0",
        endpoint,
      );
    }
  }

  #delete(key: string, revision: number, endpoint: EtcdEndpoint): void {
    if (this.#behaviour.onDelete === "remove") this.#state.remove(key);
    this.#journal?.write(this.#event("delete", key, revision, ""), "0", endpoint);
  }

  #event(operation: "put" | "delete", key: string, revision: number, detail: string): RegistryEvent {
    const parsed = parseRegistrationKey(this.#options.prefix, key);
    return {
      kind: "registry",
      operation,
      service: parsed?.service ?? "",
      instance: parsed?.instance ?? key,
      revision,
      detail,
    };
  }
}
