import { FRAME_HEADER_BYTES, writeFrameHeader } from "../../../wire/frame.ts";
import { wakeAt } from "../delay_queue.ts";
import type { RulePlan } from "./rule_book.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

const FIRST_BYTES = 4096;
const LARGEST_FIRST_BYTES = 1 << 20;

/** Bytes that may not go out yet. */
interface Waiting {
  readonly bytes: Uint8Array;
  /** Counted from when all before it is out. */
  readonly waitMs: number;
  /** On whose account it waits; it goes at once when that is healed. */
  readonly plan?: RulePlan;
}

/** Stands in front of everything while the receiver may not be told anything yet. */
const GATE: Waiting = { bytes: NOTHING, waitMs: 0 };

/** Gathers what goes out one way, so that what came in one read leaves in one write; holds it back behind a trickle. */
export class Outlet {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #onReleased: () => void;
  #gathered: Uint8Array = new Uint8Array(FIRST_BYTES);
  #gatheredBytes = 0;
  readonly #waiting: Waiting[] = [];
  #heldBytes = 0;
  #cancelWake: (() => void) | undefined;

  /**
   * @param write Takes bytes, which are its own from then on.
   * @param onReleased Told when something that was held back has gone out by itself.
   */
  constructor(write: (bytes: Uint8Array) => void, onReleased: () => void) {
    this.#write = write;
    this.#onReleased = onReleased;
  }

  /** Bytes that are held back. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Adds bytes, which are copied; they go out with the next {@linkcode flush}, or behind what is held back. */
  add(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.#waiting.length > 0) this.#hold({ bytes: bytes.slice(start, end), waitMs: 0 });
    else this.#gather(bytes, start, end);
  }

  /** Adds a frame, whose payload is copied. */
  addFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array = NOTHING,
    start = 0,
    end: number = bytes.length,
  ): void {
    const payloadBytes = end - start;
    if (this.#waiting.length > 0) {
      const frame = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes);
      writeFrameHeader(frame, 0, payloadBytes, type, flags, streamId);
      frame.set(bytes.subarray(start, end), FRAME_HEADER_BYTES);
      this.#hold({ bytes: frame, waitMs: 0 });
      return;
    }
    this.#reserve(FRAME_HEADER_BYTES + payloadBytes);
    writeFrameHeader(this.#gathered, this.#gatheredBytes, payloadBytes, type, flags, streamId);
    this.#gatheredBytes += FRAME_HEADER_BYTES;
    this.#gather(bytes, start, end);
  }

  /** Adds pieces that go out one each `intervalMs`, the first after as much; all that is added later waits for them. */
  trickle(pieces: readonly Uint8Array[], intervalMs: number, plan: RulePlan): void {
    for (const bytes of pieces) this.#hold({ bytes, waitMs: intervalMs, plan });
    if (this.#cancelWake === undefined) this.#release();
  }

  /** Holds all that is added until {@linkcode open}. */
  shut(): void {
    this.#waiting.unshift(GATE);
  }

  /** Lets go what was held since {@linkcode shut}, behind `first`. */
  open(first: Uint8Array = NOTHING): void {
    if (this.#waiting[0] !== GATE) return;
    this.#waiting.shift();
    this.#gather(first, 0, first.length);
    this.#release();
  }

  /** Whether it is shut. */
  get isShut(): boolean {
    return this.#waiting[0] === GATE;
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#gatheredBytes === 0) return;
    const bytes = this.#gathered.subarray(0, this.#gatheredBytes);
    // What was written belongs to the socket: the next lot needs bytes of its own.
    this.#gathered = new Uint8Array(
      Math.min(LARGEST_FIRST_BYTES, Math.max(FIRST_BYTES, this.#gatheredBytes)),
    );
    this.#gatheredBytes = 0;
    this.#write(bytes);
  }

  /** Looks again at what is held back, after a fault was healed. */
  reconsider(): void {
    if (this.#waiting[0]?.plan?.isOn !== false) return;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#release();
  }

  /** Drops what has not gone out. */
  close(): void {
    this.#cancelWake?.();
    this.#waiting.length = 0;
    this.#heldBytes = 0;
    this.#gatheredBytes = 0;
  }

  #hold(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#heldBytes += waiting.bytes.length;
  }

  /** Lets go of what is first as long as it need not wait; `isDue`: the first one has waited. */
  #release(isDue = false): void {
    for (let first = this.#waiting[0]; first !== undefined && first !== GATE; first = this.#waiting[0]) {
      if (first.waitMs > 0 && !isDue && first.plan?.isOn === true) {
        this.#cancelWake = wakeAt(performance.now() + first.waitMs, () => {
          this.#cancelWake = undefined;
          this.#release(true);
          this.flush();
          this.#onReleased();
        });
        return;
      }
      isDue = false;
      this.#waiting.shift();
      this.#heldBytes -= first.bytes.length;
      this.#gather(first.bytes, 0, first.bytes.length);
    }
  }

  #gather(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#gathered.set(bytes.subarray(start, end), this.#gatheredBytes);
    this.#gatheredBytes += end - start;
  }

  #reserve(bytes: number): void {
    const neededBytes = this.#gatheredBytes + bytes;
    if (neededBytes <= this.#gathered.length) return;
    const larger = new Uint8Array(Math.max(neededBytes, this.#gathered.length * 2));
    larger.set(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gathered = larger;
  }
}
