import type { LinkConnection } from "./connection.ts";
import type { HitBook } from "./hit_book.ts";
import type { Direction, Shaper } from "./toxic.ts";

/** A shaper in force, and who counts what it does. */
export class ArmedShaper {
  readonly #book: HitBook;
  readonly #fault: string;
  readonly #detail: string;
  readonly #touched = new WeakSet<LinkConnection>();

  constructor(
    readonly shaper: Shaper,
    readonly strikes: (ordinal: number) => boolean,
    options: { readonly book: HitBook; readonly fault: string; readonly detail: string },
  ) {
    this.#book = options.book;
    this.#fault = options.fault;
    this.#detail = options.detail;
  }

  /** Counts bytes that go by way of the shaper. */
  touch(connection: LinkConnection, direction: Direction, bytes: number, pieces: number): void {
    this.#book.count(this.#fault, { bytes, pieces });
    if (this.shaper.tellsHits || this.#touched.has(connection)) return;
    this.#touched.add(connection);
    this.#book.hit(this.#fault, { connection: connection.ordinal, direction, detail: this.#detail });
  }
}
