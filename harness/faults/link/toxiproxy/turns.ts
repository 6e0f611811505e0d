/** Work that takes turns: of all that is given under one key, one piece runs at a time, in the order given. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs `work` when all earlier work of the key has ended, well or not.
   *
   * @returns What `work` returns; rejects as it does.
   */
  async take<Result>(key: string, work: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#last.get(key);
    const done = (async () => {
      await before?.catch(() => {});
      return await work();
    })();
    this.#last.set(key, done);
    try {
      return await done;
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key);
    }
  }

  /** Resolves when all work that was given so far has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#last.values());
  }
}
