import type { Visit } from "./journey_tree.ts";

/** A span of time in microseconds, begin and end. */
export type Window = readonly [fromUs: number, toUs: number];

/** Who had which time. Together all windows are those that were shared out. */
export interface SharedTime {
  readonly own: ReadonlyMap<Visit, readonly Window[]>;
  /** Between an attempt and the next one of the same id, while nobody had the call. */
  readonly gaps: readonly { readonly window: Window; readonly before: Visit }[];
  /** Before the first, after the last. */
  readonly rest: readonly Window[];
}

/**
 * Shares time out among visits, so that every moment has one owner: of several that are at work at once (parallel
 * onward calls) it is the one that is waited for longest.
 */
export function shareTime(windows: readonly Window[], visits: readonly Visit[]): SharedTime {
  const own = new Map<Visit, Window[]>();
  const gaps: { window: Window; before: Visit }[] = [];
  const rest: Window[] = [];
  for (const window of windows) {
    for (const piece of cut(window, visits)) {
      const [from, to] = piece;
      const owner = visits.filter(({ fromUs, toUs }) => fromUs <= from && to <= toUs)
        .reduce<Visit | undefined>(
          (best, each) => best === undefined || each.toUs > best.toUs ? each : best,
          undefined,
        );
      if (owner !== undefined) {
        own.set(owner, [...own.get(owner) ?? [], piece]);
        continue;
      }
      const before = visits.find(({ id, number, fromUs }) =>
        to <= fromUs &&
        visits.some((other) => other.id === id && other.number === number - 1 && other.toUs <= from)
      );
      if (before === undefined) rest.push(piece);
      else gaps.push({ window: piece, before });
    }
  }
  return { own, gaps, rest };
}

/** The pieces of a window between the moments at which a visit begins or ends. */
function cut([from, to]: Window, visits: readonly Visit[]): Window[] {
  const moments = visits.flatMap(({ fromUs, toUs }) => [fromUs, toUs]).filter((each) =>
    from < each && each < to
  );
  const edges = [...new Set([from, ...moments, to])].sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => [edges[index] as number, edge]);
}
