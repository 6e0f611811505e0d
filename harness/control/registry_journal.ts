import type { Recorder, RegistryEvent } from "../model/event.ts";
import type { EtcdEndpoint } from "./etcd_endpoint.ts";

/** Writes registry events in order, each put with the time-to-live that its lease was granted. */
export class RegistryJournal {
  readonly #recorder: Recorder;
  readonly #source: string;
  readonly #grantedSeconds = new Map<string, number>();
  #tail: Promise<void> = Promise.resolve();

  constructor(recorder: Recorder, source: string) {
    this.#recorder = recorder;
    this.#source = source;
  }

  /**
   * Records an event at the present time, though it may be written a moment later: once the lease is known.
   *
   * @param lease Decimal id of the key's lease; "0" when it has none.
   */
  write(event: RegistryEvent, lease: string, endpoint: EtcdEndpoint): void {
    const t = this.#recorder.now();
    this.#tail = this.#tail.then(async () => {
      const seconds = event.operation === "put" ? await this.#seconds(lease, endpoint) : undefined;
      const leased = seconds === undefined ? event : { ...event, leaseSeconds: seconds };
      this.#recorder.record(this.#source, leased, t);
    });
  }

  /** Resolves when all that was written so far is recorded. */
  written(): Promise<void> {
    return this.#tail;
  }

  async #seconds(lease: string, endpoint: EtcdEndpoint): Promise<number | undefined> {
    if (lease === "0") return 0;
    const known = this.#grantedSeconds.get(lease);
    if (known !== undefined) return known;
    try {
      const seconds = await endpoint.grantedSeconds(lease);
      if (seconds > 0) this.#grantedSeconds.set(lease, seconds);
      // 0 says that the lease is gone by now, not that there was none.
      return seconds > 0 ? seconds : undefined;
    } catch {
      return undefined;
    }
  }
}
