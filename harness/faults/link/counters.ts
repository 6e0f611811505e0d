import type { Direction } from "./toxic.ts";

/** What passed through a link in one direction. */
export interface DirectionCounters {
  /** Bytes read from the sending side. */
  bytesIn: number;
  /** Bytes handed to the receiving side. */
  bytesOut: number;
}

/** One piece on its way through a shaped link. Times are `performance.now()`. */
export interface Transit {
  readonly direction: Direction;
  readonly readT: number;
  readonly writtenT: number;
  readonly bytes: number;
}

/** A connection that has ended. */
export interface EndedConnection {
  readonly ordinal: number;
  readonly endedT: number;
  readonly cause: string;
  readonly bytesOut: Readonly<Record<Direction, number>>;
}

/** The books of a link; witnesses read them. */
export interface LinkCounters {
  /** Connections accepted since the link was opened. */
  accepted: number;
  /** Connections that the target did not take. */
  targetFailures: number;
  readonly up: DirectionCounters;
  readonly down: DirectionCounters;
  /** The latest pieces that went through while a toxic shaped them. */
  readonly transits: Transit[];
  /** The latest connections that ended. */
  readonly ended: EndedConnection[];
}

const KEPT = 1024;

/** Books of a link that has just been opened. */
export function newCounters(): LinkCounters {
  return {
    accepted: 0,
    targetFailures: 0,
    up: { bytesIn: 0, bytesOut: 0 },
    down: { bytesIn: 0, bytesOut: 0 },
    transits: [],
    ended: [],
  };
}

/** Appends to a list that keeps only its latest entries. */
export function keep<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > 2 * KEPT) list.splice(0, list.length - KEPT);
}
