import { wakeAt } from "../delay_queue.ts";
import { sizeOf, type StreamFrame } from "./stream_frame.ts";

/** What waits in all streams of one direction of a connection. */
export interface HeldCount {
  heldBytes: number;
}

/** Frames of one direction of a stream that wait for their time, in order. */
export class HeldFrames {
  readonly #onDue: (frame: StreamFrame, heldMs: number) => void;
  #queue: { readonly frame: StreamFrame; readonly sinceT: number; readonly dueT: number }[] = [];
  readonly #count: HeldCount;
  #cancelWake: (() => void) | undefined;

  /**
   * @param onDue Takes each frame when it has waited, and how long that was.
   * @param count Counts what waits.
   */
  constructor(onDue: (frame: StreamFrame, heldMs: number) => void, count: HeldCount) {
    this.#onDue = onDue;
    this.#count = count;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Holds a frame for so long, and for as long as those before it are held. */
  hold(frame: StreamFrame, delayMs: number): void {
    const sinceT = performance.now();
    this.#queue.push({ frame, sinceT, dueT: sinceT + delayMs });
    this.#count.heldBytes += sizeOf(frame);
    if (this.#cancelWake === undefined) this.#arm();
  }

  /** Lets all go at once, in order. */
  release(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    for (const { frame, sinceT } of this.#take(Infinity)) this.#onDue(frame, performance.now() - sinceT);
  }

  /** Takes out all that waits. */
  drop(): StreamFrame[] {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    return this.#take(Infinity).map(({ frame }) => frame);
  }

  #arm(): void {
    const first = this.#queue[0];
    if (first === undefined) return;
    this.#cancelWake = wakeAt(first.dueT, () => {
      this.#cancelWake = undefined;
      for (const { frame, sinceT } of this.#take(performance.now())) {
        this.#onDue(frame, performance.now() - sinceT);
      }
      if (this.#cancelWake === undefined) this.#arm();
    });
  }

  #take(untilT: number) {
    const waits = this.#queue.findIndex(({ dueT }) => dueT > untilT);
    const due = this.#queue.splice(0, waits < 0 ? this.#queue.length : waits);
    for (const { frame } of due) this.#count.heldBytes -= sizeOf(frame);
    return due;
  }
}
