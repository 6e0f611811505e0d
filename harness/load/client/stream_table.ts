import type { Http2Stream } from "./http2_stream.ts";

const FIRST_SLOTS = 256;

/**
 * The open streams of a client's connection by their identifiers. These are odd and ascend, so that a ring of slots
 * finds nearly all of them at once; the few that outlive a whole turn of the ring wait in a map.
 */
export class StreamTable {
  #slots: (Http2Stream | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  #mask = FIRST_SLOTS - 1;
  readonly #old = new Map<number, Http2Stream>();
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds a stream by its `id`, which must not be there. */
  add(stream: Http2Stream): void {
    if (++this.#size > this.#slots.length >> 1) this.#grow();
    this.#place(stream);
  }

  /** The stream with that identifier, if it is open. */
  get(id: number): Http2Stream | undefined {
    const stream = this.#slots[id >>> 1 & this.#mask];
    if (stream !== undefined && stream.id === id) return stream;
    return this.#old.size === 0 ? undefined : this.#old.get(id);
  }

  /** Removes a stream that is there. */
  delete(id: number): void {
    const slot = id >>> 1 & this.#mask;
    if (this.#slots[slot]?.id === id) {
      this.#slots[slot] = undefined;
      this.#size--;
    } else if (this.#old.delete(id)) this.#size--;
  }

  /** All of them, in the order of their identifiers; a copy. */
  all(): Http2Stream[] {
    const streams = [...this.#old.values()];
    for (const stream of this.#slots) if (stream !== undefined) streams.push(stream);
    return streams.sort((one, other) => one.id - other.id);
  }

  #place(stream: Http2Stream): void {
    const slot = stream.id >>> 1 & this.#mask;
    const older = this.#slots[slot];
    if (older !== undefined) this.#old.set(older.id, older);
    this.#slots[slot] = stream;
  }

  #grow(): void {
    const streams = this.all();
    this.#old.clear();
    this.#slots = new Array(this.#slots.length * 2).fill(undefined);
    this.#mask = this.#slots.length - 1;
    for (const stream of streams) this.#place(stream);
  }
}
