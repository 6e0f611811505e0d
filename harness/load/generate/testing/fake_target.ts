import { type AttemptSink, OUTCOME } from "../../attempt.ts";
import type { LoadTarget } from "../../target.ts";

/** A target without a network, which answers when it is told to. */
export interface FakeTarget extends LoadTarget {
  /** Most attempts that were in flight. */
  readonly mostInFlight: number;
  readonly flushes: number;
  /** Ends the oldest attempt in flight. */
  answer(): void;
}

/**
 * @param answers `never`: only when told; `soon`: in the next turn of the event loop; `refused`: without one.
 */
export function fakeTarget(sink: AttemptSink, answers: "never" | "soon" | "refused"): FakeTarget {
  const inFlight: { readonly index: number; readonly plannedT: number; sentT: number }[] = [];
  let mostInFlight = 0;
  let flushes = 0;
  const end = (outcome: typeof OUTCOME.ok | typeof OUTCOME.cancelled | typeof OUTCOME.refused) => {
    const attempt = inFlight.shift();
    if (attempt === undefined) return;
    const nowT = performance.now();
    const sentT = outcome === OUTCOME.refused ? NaN : attempt.sentT;
    sink.add(attempt.index, attempt.plannedT, sentT, nowT, nowT, outcome, 0, 1);
  };
  return {
    get inFlight() {
      return inFlight.length;
    },
    get mostInFlight() {
      return mostInFlight;
    },
    get flushes() {
      return flushes;
    },
    answer: () => end(OUTCOME.ok),
    send(index, plannedT) {
      inFlight.push({ index, plannedT, sentT: NaN });
      mostInFlight = Math.max(mostInFlight, inFlight.length);
      if (answers === "soon") setImmediate(() => end(OUTCOME.ok));
      if (answers === "refused") queueMicrotask(() => end(OUTCOME.refused));
    },
    flush() {
      flushes++;
      for (const attempt of inFlight) {
        if (Number.isNaN(attempt.sentT)) attempt.sentT = performance.now();
      }
    },
    [Symbol.asyncDispose]: () => {
      while (inFlight.length > 0) end(OUTCOME.cancelled);
      return Promise.resolve();
    },
  };
}
