/** How late the event loop of the generator is: what an answer that has come may wait for being stamped. */

/** Worst delay of each stretch of so long. */
export const WINDOW_MS = 10;
/** A timer of Deno may come so late by its own granularity. */
const GRANULARITY_MS = 2;

/** Gathers delays that are known as they happen, and tells the worst of each window. */
export class LoopDelay {
  readonly #tell: (delayMs: number) => void;
  #worstMs = 0;
  #endT = NaN;

  /** @param tell Is told of each window's worst delay, in milliseconds. */
  constructor(tell: (delayMs: number) => void) {
    this.#tell = tell;
  }

  /** Takes the delay of one turn. */
  note(nowT: number, delayMs: number): void {
    if (delayMs > this.#worstMs) this.#worstMs = delayMs;
    if (nowT < this.#endT) return;
    this.#tell(this.#worstMs);
    this.#worstMs = 0;
    this.#endT = nowT + WINDOW_MS;
  }
}

/** Watches a loop that has no steps of its own, by a timer. */
export function watchLoop(tell: (delayMs: number) => void): Disposable {
  let dueT = performance.now() + WINDOW_MS;
  const timer = setInterval(() => {
    const nowT = performance.now();
    tell(Math.max(0, nowT - dueT - GRANULARITY_MS));
    dueT = nowT + WINDOW_MS;
  }, WINDOW_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
