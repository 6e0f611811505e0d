import type { Recorder } from "../../model/event.ts";
import type { Direction } from "./toxic.ts";

/** What a fault of a link did so far. */
export interface FaultHits {
  /** Connections that it struck. */
  connections: number;
  /** Bytes that went by way of it. */
  bytes: number;
  /** Pieces that they were in. */
  pieces: number;
  /** Single strikes; the first thousand are in the history. */
  strikes: number;
}

/** One strike. */
export interface Hit {
  /** Ordinal of the connection in its link. */
  readonly connection: number;
  readonly direction?: Direction;
  /** What was done there, in words. */
  readonly detail: string;
}

/** More strikes of one fault than these are only counted: a history must not grow with the traffic. */
const RECORDED_HITS = 1000;

/** Who was hit by what, on one link. */
export class HitBook {
  readonly #link: string;
  readonly #recorder: Recorder;
  readonly #faults = new Map<string, { readonly hits: FaultHits; readonly struck: Set<number> }>();

  constructor(link: string, recorder: Recorder) {
    this.#link = link;
    this.#recorder = recorder;
  }

  /** Every fault that was ever armed, by its name. Kept when it is healed. */
  get faults(): Record<string, FaultHits> {
    return Object.fromEntries([...this.#faults].map(([name, { hits }]) => [name, { ...hits }]));
  }

  /** Counts what went by way of a fault. */
  count(fault: string, passed: { readonly bytes?: number; readonly pieces?: number }): void {
    const { hits } = this.#of(fault);
    hits.bytes += passed.bytes ?? 0;
    hits.pieces += passed.pieces ?? 0;
  }

  /** Counts a strike and puts it on the history, unless there were too many. */
  hit(fault: string, hit: Hit): void {
    const { hits, struck } = this.#of(fault);
    hits.strikes++;
    if (!struck.has(hit.connection)) {
      struck.add(hit.connection);
      hits.connections++;
    }
    if (hits.strikes <= RECORDED_HITS) {
      this.#recorder.record("fault", { kind: "fault.hit", fault, link: this.#link, ...hit });
    }
    if (hits.strikes === RECORDED_HITS) {
      const text = `fault ${fault} has struck ${RECORDED_HITS} times: further strikes are only counted`;
      this.#recorder.record("fault", { kind: "note", text });
    }
  }

  /** Lets go of a connection that is gone: its ordinal never comes back. */
  forget(connection: number): void {
    for (const { struck } of this.#faults.values()) struck.delete(connection);
  }

  /** Gives a fault its page, so that one that never struck is seen to have zeros. */
  open(fault: string): void {
    this.#of(fault);
  }

  #of(fault: string) {
    const page = this.#faults.get(fault) ??
      { hits: { connections: 0, bytes: 0, pieces: 0, strikes: 0 }, struck: new Set<number>() };
    this.#faults.set(fault, page);
    return page;
  }
}
