const MAX_REMEMBERED = 4096;

/** The streams that we reset, since what their peer had under way is to be ignored and not a fault of it. */
export class ResetStreams {
  readonly #ids = new Set<number>();
  /** Up to here some were forgotten: the peer has the benefit of the doubt. */
  #forgottenId = 0;

  /** Remembers one. */
  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= MAX_REMEMBERED) return;
    const oldest = this.#ids.values().next().value!;
    this.#ids.delete(oldest);
    this.#forgottenId = Math.max(this.#forgottenId, oldest);
  }

  /** Whether we reset it, as far as is known. */
  has(id: number): boolean {
    return id <= this.#forgottenId || this.#ids.has(id);
  }

  /** Forgets one that its peer has ended too. */
  delete(id: number): void {
    this.#ids.delete(id);
  }
}
