/** One share of a catalogue that several machines run together: the `index`-th, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The items of one share, in the order given. The shares of all indices hold each item exactly once and take about as
 * long: the longest item goes first, each to the share that has least to do so far (Graham 1969, LPT: the busiest share
 * takes at most 4/3 - 1/3n of what the best split would). It is the same on every machine, and in whatever order the
 * items come.
 *
 * @param idOf Unique among the items.
 * @param secondsOf About how long an item takes.
 */
export function shareOf<Item>(
  items: readonly Item[],
  shard: Shard,
  idOf: (item: Item) => string,
  secondsOf: (item: Item) => number,
): readonly Item[] {
  // Of more shares than items, those beyond stay empty.
  const loads = Array.from({ length: Math.min(shard.count, items.length) }, () => ({ seconds: 0, items: 0 }));
  const mine = new Set<Item>();
  const longestFirst = [...items].sort((a, b) => secondsOf(b) - secondsOf(a) || compareIds(idOf(a), idOf(b)));
  for (const item of longestFirst) {
    // Of equals the one with fewer items, so that no share stays empty where items take no time.
    const least = loads.reduce((best, load) =>
      load.seconds < best.seconds || (load.seconds === best.seconds && load.items < best.items) ? load : best
    );
    least.seconds += secondsOf(item);
    least.items += 1;
    if (least === loads[shard.index - 1]) mine.add(item);
  }
  return items.filter((item) => mine.has(item));
}

/** The order of scenarios in a catalogue, and so of cells in a report: by code units, as no locale changes it. */
export function compareIds(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
