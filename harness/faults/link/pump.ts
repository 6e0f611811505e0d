import type { Socket } from "node:net";
import type { ArmedShaper } from "./armed_shaper.ts";
import type { LinkConnection } from "./connection.ts";
import { type DirectionCounters, keep, type LinkCounters } from "./counters.ts";
import { wakeAt } from "./delay_queue.ts";
import { cutPieces, type Piece } from "./pieces.ts";
import type { Direction } from "./toxic.ts";

/** Bytes that one direction of a connection may hold before it stops reading. */
export const HELD_BYTES = 4 << 20;

/** Something to be passed on: bytes, or the end that came after them. */
type Item = Piece | { readonly kind: "end" | "reset"; dueT: number };

/** What a pump needs to know of its link. */
export interface PumpOptions {
  readonly connection: LinkConnection;
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  readonly counters: LinkCounters;
  /** Bytes that are held before they come here. */
  readonly heldBefore: () => number;
}

/** Carries bytes one way, in order and complete: straight through, or by way of a queue while a toxic shapes them. */
export class Pump {
  readonly counters: DirectionCounters = { bytesIn: 0, bytesOut: 0 };
  readonly #options: PumpOptions;
  readonly #queue: Item[] = [];
  /** The shapers that work on this direction of this connection, oldest first. */
  #shapers: readonly ArmedShaper[] = [];
  #heldBytes = 0;
  #isWriting = false;
  /** What is being written is the buffer that the next read would fill. */
  #isLentOut = false;
  #isDone = false;
  #isEnded = false;
  #isStopped = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Puts other shapers in force; `isHealed` lets go of what waits for its time. */
  shape(shapers: readonly ArmedShaper[], isHealed: boolean): void {
    this.#shapers = shapers;
    if (isHealed) { for (const item of this.#queue) item.dueT = 0; }
    this.reconsider();
  }

  /** Looks again at what is held. */
  reconsider(): void {
    this.#drain();
    this.#readOn();
  }

  /** Ends the pump; what it holds is dropped. */
  stop(): void {
    this.#isDone = true;
    this.#queue.length = 0;
    this.#cancelWake?.();
  }

  /** Counts what came from the sender. */
  countIn(bytes: number): void {
    this.counters.bytesIn += bytes;
    this.#options.counters[this.#options.direction].bytesIn += bytes;
  }

  /**
   * Takes bytes to be passed on.
   *
   * @param isLent They are changed as soon as the next ones are asked for.
   * @returns Whether more may be read at once; else reading goes on by itself later.
   */
  take(bytes: Uint8Array, isLent: boolean): boolean {
    if (this.#isDone || this.#isEnded) return true;
    const { connection, direction } = this.#options;
    if (this.#shapers.length === 0 && this.#queue.length === 0 && !this.#isWriting) {
      this.#write(bytes);
      this.#isLentOut = isLent && this.#isWriting;
      return this.mayRead();
    }
    const pieces = cutPieces(this.#shapers, connection, direction, isLent ? bytes.slice() : bytes);
    for (const piece of pieces) {
      this.#queue.push(piece);
      this.#heldBytes += piece.bytes.length;
    }
    this.#drain();
    return this.mayRead();
  }

  /** Passes an end on once all that came before it is out. */
  passOn(kind: "end" | "reset"): void {
    const { connection, direction } = this.#options;
    if (this.#isDone) return;
    // Who had said all and is then gone will not take what is still to come the other way.
    if (this.#isEnded) return kind === "reset" ? connection.reset("reset by a peer") : undefined;
    const delayMs = kind === "reset"
      ? 0
      : this.#shapers.reduce((sum, { shaper }) => sum + (shaper.endDelayMs?.(connection, direction) ?? 0), 0);
    this.#queue.push({ kind, dueT: delayMs === 0 ? 0 : performance.now() + delayMs });
    this.#drain();
  }

  /** Whether the sender may be read from. */
  mayRead(): boolean {
    const mayStay = !this.#isLentOut &&
      this.#heldBytes + this.#options.heldBefore() <= this.#limitBytes();
    this.#isStopped = !mayStay;
    return mayStay;
  }

  #limitBytes(): number {
    return this.#shapers.reduce(
      (least, { shaper }) => Math.min(least, shaper.holdBytes ?? least),
      HELD_BYTES,
    );
  }

  #readOn(): void {
    if (this.#isStopped && !this.#isDone && this.mayRead()) this.#options.from.resume();
  }

  #drain(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    const { connection, direction } = this.#options;
    for (let item = this.#queue[0]; item !== undefined && !this.#isDone; item = this.#queue[0]) {
      if (this.#isWriting) return;
      if (this.#shapers.some(({ shaper }) => shaper.blocks?.(connection, direction))) return;
      if (item.dueT > performance.now()) {
        this.#cancelWake = wakeAt(item.dueT, () => this.reconsider());
        return;
      }
      this.#queue.shift();
      if (item.kind === "bytes") this.#pass(item);
      else if (item.kind === "end") this.#finish();
      else connection.reset("reset by a peer");
    }
  }

  #pass(piece: Piece): void {
    const { connection, direction, counters } = this.#options;
    this.#heldBytes -= piece.bytes.length;
    const allowance = (offered: number) =>
      this.#shapers.reduce(
        (least, { shaper }) => Math.min(least, shaper.allowance?.(connection, direction, least) ?? least),
        offered,
      );
    const allowed = allowance(piece.bytes.length);
    if (allowed > 0) {
      const writtenT = performance.now();
      keep(counters.transits, { direction, readT: piece.readT, writtenT, bytes: allowed });
      this.#write(piece.bytes.subarray(0, allowed));
    }
    const spent = this.#shapers.find(({ shaper }) => shaper.allowance?.(connection, direction, 1) === 0)
      ?.shaper;
    if (spent === undefined) return;
    spent.onSpent?.(connection, direction);
    const { whenSpent = "close" } = spent;
    if (whenSpent === "reset") return connection.reset("reset by the link");
    if (whenSpent === "end") return this.#finish();
    connection.close(`cut by the link after ${this.counters.bytesOut} bytes ${direction}`);
  }

  /** The receiver hears no more of this direction; what the sender still says is read and dropped. */
  #finish(): void {
    this.#isEnded = true;
    this.#queue.length = 0;
    this.#heldBytes = 0;
    this.#options.connection.finish(this.#options.direction);
  }

  #write(bytes: Uint8Array): void {
    const { direction, counters, to } = this.#options;
    this.counters.bytesOut += bytes.length;
    counters[direction].bytesOut += bytes.length;
    to.write(bytes);
    // What the kernel took at once is out of the socket's own queue already.
    if (to.writableLength === 0) return;
    this.#isWriting = true;
    to.write(NOTHING, () => {
      this.#isWriting = false;
      this.#isLentOut = false;
      this.reconsider();
    });
  }
}

/** Written after bytes, it tells when they are out. */
const NOTHING = new Uint8Array(0);
