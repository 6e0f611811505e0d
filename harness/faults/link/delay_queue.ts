/**
 * Waits for moments far more exactly than `setTimeout` does, which wakes a millisecond late or more. One queue for all:
 * a timer sleeps until shortly before the earliest moment, then the event loop is turned, sockets and all, until it
 * has come. With nothing due soon it costs nothing.
 */

/** How long before its moment a wait becomes a busy one. Deno 2.9.6's timers wake up to 1.7 ms late. */
const BUSY_MS = 2.2;

/** Something that waits. */
interface Wait {
  readonly dueT: number;
  readonly wake: () => void;
  isCancelled: boolean;
}

/** Earliest first; a binary heap. */
const heap: Wait[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let timerT = Infinity;
let isTurning = false;

/**
 * Calls back at a moment, never before it.
 *
 * @param dueT On the clock of `performance.now()`.
 * @returns Cancels.
 */
export function wakeAt(dueT: number, wake: () => void): () => void {
  const wait = { dueT, wake, isCancelled: false };
  push(wait);
  schedule();
  return () => void (wait.isCancelled = true);
}

function schedule(): void {
  const first = dropCancelled();
  if (first === undefined || isTurning) return;
  const sleepMs = first.dueT - performance.now() - BUSY_MS;
  if (sleepMs < 1) {
    isTurning = true;
    setImmediate(turn);
  } else if (first.dueT < timerT) {
    clearTimeout(timer);
    timerT = first.dueT;
    timer = setTimeout(() => {
      timerT = Infinity;
      schedule();
    }, Math.floor(sleepMs));
  }
}

function turn(): void {
  const now = performance.now();
  for (let first = dropCancelled(); first !== undefined && first.dueT <= now; first = dropCancelled()) {
    pop();
    first.wake();
  }
  isTurning = false;
  schedule();
}

function dropCancelled(): Wait | undefined {
  while (heap[0]?.isCancelled) pop();
  return heap[0];
}

function push(wait: Wait): void {
  let index = heap.push(wait) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapIfLater(parent, index)) break;
    index = parent;
  }
}

function pop(): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let index = 0;;) {
    const left = 2 * index + 1;
    const child = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
    if (!swapIfLater(index, child)) break;
    index = child;
  }
}

function dueAt(index: number): number {
  return heap[index]?.dueT ?? Infinity;
}

function swapIfLater(upper: number, lower: number): boolean {
  const [above, below] = [heap[upper], heap[lower]];
  if (above === undefined || below === undefined || above.dueT <= below.dueT) return false;
  heap[upper] = below;
  heap[lower] = above;
  return true;
}
