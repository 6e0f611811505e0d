import { type JourneyAttempt, type JourneySource, microseconds } from "./journey_source.ts";

/** One attempt in its call, and the attempts of the calls that the instance made onward for it. */
export interface Visit {
  /** That of the call, or of an onward call: `<id of the call>/<n>`. */
  readonly id: string;
  /** 1 for the first attempt of that id, wherever it arrived. */
  readonly number: number;
  readonly attempt: JourneyAttempt;
  readonly fromUs: number;
  /** When it ended or the next attempt arrived; infinite when neither was seen. */
  readonly toUs: number;
  readonly onward: readonly Visit[];
}

/** The attempts of calls as trees, by what the instances received. */
export class VisitTrees {
  readonly #source: JourneySource;
  readonly #onwardIds = new Map<string, Set<string>>();

  constructor(source: JourneySource) {
    this.#source = source;
    for (const { id } of source.of("attempt.received")) {
      const parent = /^(.+)\/\d+$/.exec(id)?.[1];
      if (parent === undefined) continue;
      const ids = this.#onwardIds.get(parent) ?? new Set();
      this.#onwardIds.set(parent, ids.add(id));
    }
  }

  /** In the order of their numbers. */
  of(id: string): readonly Visit[] {
    const attempts = this.#source.attemptsOf(id);
    const visits = attempts.map((attempt, index) => {
      const fromUs = microseconds(attempt.received.t);
      const next = attempts[index + 1];
      // What an upstream goes on with after the mesh gave it up is no time that the call waits for.
      const limitUs = next === undefined ? Infinity : microseconds(next.received.t);
      const endUs = attempt.ended === undefined ? Infinity : microseconds(attempt.ended.t);
      const onward: Visit[] = [];
      return {
        id,
        number: index + 1,
        attempt,
        fromUs,
        toUs: Math.max(fromUs, Math.min(limitUs, endUs)),
        onward,
      };
    });
    for (const child of [...this.#onwardIds.get(id) ?? []].flatMap((each) => this.of(each))) {
      // All attempts of a call name their onward calls alike: each was made by the attempt that came last before it.
      const maker = visits.findLast(({ fromUs }) => fromUs <= child.fromUs) ?? visits[0];
      maker?.onward.push(child);
    }
    return visits;
  }
}

/** The last moment that is known of some visits. */
export function lastKnownUs(visits: readonly Visit[]): number {
  return Math.max(
    0,
    ...visits.flatMap(({ fromUs, toUs, onward }) => [
      fromUs,
      ...(Number.isFinite(toUs) ? [toUs] : []),
      lastKnownUs(onward),
    ]),
  );
}
