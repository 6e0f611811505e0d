import type { FaultHits } from "../hit_book.ts";
import type { LinkBooks } from "../link.ts";
import type { ProxyPlace } from "./messages.ts";

/** What each toxic did, by its name. */
export type Hits = Readonly<Record<string, FaultHits>>;

/** Bytes of one direction: read from its sender, and handed to its receiver. */
export interface Flow {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What went through a proxy while it was at one place. */
export interface Traffic {
  readonly place: ProxyPlace;
  readonly accepted: number;
  readonly up: Flow;
  readonly down: Flow;
}

/** What a proxy keeps of the books of a link. */
type Books = Pick<LinkBooks, "accepted" | "up" | "down" | "hits">;

/** What went through a proxy, over all links that it has had: each is closed when the proxy is disabled or moved. */
export class ProxyBooks {
  #traffic: readonly Traffic[] = [];
  #hits: Hits = {};

  /** Takes the last books of a link that is closed. */
  close(place: ProxyPlace, books: Books): void {
    this.#traffic = this.traffic({ place, books });
    this.#hits = this.hits(books);
  }

  /**
   * All traffic, by place.
   *
   * @param open The place and the books of the link that is open, where one is.
   */
  traffic(open?: { readonly place: ProxyPlace; readonly books: Books }): readonly Traffic[] {
    if (open === undefined) return this.#traffic;
    const { accepted, up, down } = open.books;
    const before = this.#traffic.find((each) => isSame(each.place, open.place));
    const flow = (direction: "up" | "down", now: Flow) => ({
      bytesIn: (before?.[direction].bytesIn ?? 0) + now.bytesIn,
      bytesOut: (before?.[direction].bytesOut ?? 0) + now.bytesOut,
    });
    return [...this.#traffic.filter((each) => each !== before), {
      place: open.place,
      accepted: (before?.accepted ?? 0) + accepted,
      up: flow("up", up),
      down: flow("down", down),
    }];
  }

  /** All hits; those of the link that is open among them, where one is. */
  hits(open?: Pick<Books, "hits">): Hits {
    const all: Record<string, FaultHits> = { ...this.#hits };
    for (const [name, now] of Object.entries(open?.hits ?? {})) {
      const before = all[name];
      all[name] = before === undefined ? now : {
        connections: before.connections + now.connections,
        bytes: before.bytes + now.bytes,
        pieces: before.pieces + now.pieces,
        strikes: before.strikes + now.strikes,
      };
    }
    return all;
  }
}

function isSame(one: ProxyPlace, other: ProxyPlace): boolean {
  return one.listen === other.listen && one.upstream === other.upstream;
}
