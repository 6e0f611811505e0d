import { type AttemptSink, OUTCOME, type Outcome } from "../attempt.ts";

/**
 * Stands between a target and whoever records: counts what has ended, so that the generator knows when all has, and
 * tells it of every end, so that a closed loop goes on.
 */
export class EndedAttempts implements AttemptSink {
  /** Attempts that have ended, however they did. */
  ended = 0;
  /** Of these, how many never had a byte handed to a socket. */
  unsent = 0;
  /** Called after each end. */
  onEnd: (() => void) | undefined;
  /** Who records; set before the first attempt begins, since a target is open before the run's zero is known. */
  next: AttemptSink | undefined;
  #wanted = -1;
  #resolve: (() => void) | undefined;

  constructor(next?: AttemptSink) {
    this.next = next;
  }

  add(
    index: number,
    plannedT: number,
    sentT: number,
    firstByteT: number,
    endT: number,
    outcome: Outcome,
    code: number,
    bytes: number,
  ): void {
    this.next?.add(index, plannedT, sentT, firstByteT, endT, outcome, code, bytes);
    this.ended++;
    if (sentT !== sentT) this.unsent++;
    this.onEnd?.();
    if (this.ended === this.#wanted) this.#resolve?.();
  }

  /** An attempt that was due and never begun. */
  skip(index: number, plannedT: number, outcome: typeof OUTCOME.shed | typeof OUTCOME.cancelled): void {
    this.add(index, plannedT, NaN, NaN, performance.now(), outcome, -1, 0);
  }

  /** Resolves when so many attempts have ended, or the signal is aborted. */
  async until(count: number, signal?: AbortSignal): Promise<void> {
    if (this.ended >= count || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wanted = count;
      this.#resolve = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
