/** How late the event loop of the generator is: what an answer that has come may wait for being stamped. */

/** An answer is imagined to come each so often. */
const STEP_MS = 0.5;
/** How often a loop that has no steps of its own is looked at. */
const LOOK_MS = 10;
/** A timer of Deno may come so late by its own granularity. */
const GRANULARITY_MS = 2;

/**
 * Gathers delays that are known as they happen. A loop that stands still for 4 ms makes eight imagined answers wait, the
 * first of them for 4 ms and the last for 0.5: so the p99 of what is told is what one answer in a hundred waits at least.
 */
export class LoopDelay {
  readonly #tell: (delayMs: number) => void;
  #lastT = NaN;
  #promptMs = 0;

  /** @param tell Is told for how long each imagined answer waited, in milliseconds. */
  constructor(tell: (delayMs: number) => void) {
    this.#tell = tell;
  }

  /**
   * Takes the time since the last note.
   *
   * @param nowT On the clock of `performance.now()`.
   * @param delayMs How much of that time, the last of it, the loop was late.
   */
  note(nowT: number, delayMs: number): void {
    const lateMs = Math.max(0, delayMs);
    if (!Number.isNaN(this.#lastT)) this.#promptMs += Math.max(0, nowT - this.#lastT - lateMs);
    this.#lastT = nowT;
    for (; this.#promptMs >= STEP_MS; this.#promptMs -= STEP_MS) this.#tell(0);
    for (let restMs = lateMs; restMs > 0; restMs -= STEP_MS) this.#tell(restMs);
  }
}

/** Watches a loop that has no steps of its own, by a timer. */
export function watchLoop(tell: (delayMs: number) => void): Disposable {
  const delay = new LoopDelay(tell);
  let dueT = performance.now() + LOOK_MS;
  const timer = setInterval(() => {
    const nowT = performance.now();
    delay.note(nowT, nowT - dueT - GRANULARITY_MS);
    dueT = nowT + LOOK_MS;
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
