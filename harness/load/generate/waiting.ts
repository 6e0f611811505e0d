import type { Doorbell } from "./doorbell.ts";

/**
 * How the generator waits for the next due time. A timer of Deno wakes only some 430 times a second and late, so the
 * thread itself sleeps, in slices that are short enough for the sockets to be read between them.
 */

/** A look at the sockets takes about so long. */
const LOOK_MS = 0.05;
/** Longest sleep of the thread: what comes meanwhile is stamped up to so much late. */
const SLICE_MS = 0.5;
/** The same while an answer may come. */
const SLICE_IN_FLIGHT_MS = 0.2;
/** A sleep takes about so much longer than was asked (timer slack of the kernel and the way back). */
const OVERSLEEP_MS = 0.1;
/** Sleep of a plan that is too dense to spin for each due time. */
const DENSE_SLICE_MS = 0.5;
/** Mean gap below which a plan is dense. */
const DENSE_GAP_MS = 0.4;
/** Beyond it the event loop sleeps by itself, and reads at once; it wakes late, so it is to wake early. */
const LONG_WAIT_MS = 10;
const LONG_MARGIN_MS = 5;
/** Longest time without a look at the signal and at what else the loop has to do. */
const LONGEST_WAIT_MS = 50;

/** A wait in progress; told of each due time that was kept, it learns how dense they are. */
export class Waiting {
  readonly #doorbell: Doorbell;
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #lastDueT = NaN;
  #meanGapMs = 1;

  /** @param doorbell By which the sockets are read after each sleep. */
  constructor(doorbell: Doorbell) {
    this.#doorbell = doorbell;
  }

  /** Takes a due time that has come. */
  kept(dueT: number): void {
    const gapMs = dueT - this.#lastDueT;
    if (gapMs >= 0) this.#meanGapMs += (Math.min(gapMs, 5) - this.#meanGapMs) / 16;
    this.#lastDueT = dueT;
  }

  /**
   * Waits towards a moment, a step of it: the caller looks at the clock again.
   *
   * @param aheadMs How far the moment is away; not above 0 only lets the event loop do its work.
   * @param isAnswerDue Whether an answer may come meanwhile.
   * @returns So many milliseconds it meant to take: what it took beyond them is delay.
   */
  async step(aheadMs: number, isAnswerDue: boolean): Promise<number> {
    if (aheadMs > LONG_WAIT_MS) {
      const timerMs = Math.min(LONGEST_WAIT_MS, aheadMs - LONG_MARGIN_MS);
      await new Promise((resolve) => setTimeout(resolve, timerMs));
      return timerMs + LONG_MARGIN_MS;
    }
    const isDense = this.#meanGapMs < DENSE_GAP_MS;
    const longestMs = isDense ? DENSE_SLICE_MS : isAnswerDue ? SLICE_IN_FLIGHT_MS : SLICE_MS;
    const sleepMs = Math.min(
      longestMs,
      isDense && aheadMs > 0 ? DENSE_SLICE_MS : aheadMs - OVERSLEEP_MS - LOOK_MS,
    );
    if (sleepMs > 0.02) {
      Atomics.wait(this.#cell, 0, 0, sleepMs);
      await this.#doorbell.ring();
      return sleepMs;
    }
    if (aheadMs > 0) await turns(1);
    else await this.#doorbell.ring();
    return 0;
  }
}

/** Lets the event loop turn so many times. */
export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = () => {
      if (--left <= 0) resolve();
      else setImmediate(next);
    };
    setImmediate(next);
  });
}
