/** Something that can be in a {@linkcode DeadlineList}; the links are the list's own. */
export interface Timed<Self> {
  earlier: Self | undefined;
  later: Self | undefined;
}

/** What has the same time to live, in the order in which it began: only the first one need be looked at. */
export class DeadlineList<Item extends Timed<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;

  /** @param timeoutMs Time to live. */
  constructor(readonly timeoutMs: number) {}

  /** The one that is late first. */
  get first(): Item | undefined {
    return this.#first;
  }

  /** Adds one that is late after all others. */
  add(item: Item): void {
    item.earlier = this.#last;
    item.later = undefined;
    if (this.#last === undefined) this.#first = item;
    else this.#last.later = item;
    this.#last = item;
  }

  /** Removes one that is in the list. */
  remove(item: Item): void {
    if (item.earlier === undefined) this.#first = item.later;
    else item.earlier.later = item.later;
    if (item.later === undefined) this.#last = item.earlier;
    else item.later.earlier = item.earlier;
    item.earlier = undefined;
    item.later = undefined;
  }
}
