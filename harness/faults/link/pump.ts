import type { Socket } from "node:net";
import type { LinkConnection } from "./connection.ts";
import { type DirectionCounters, keep, type LinkCounters } from "./counters.ts";
import { covers, type Direction, type Shaper } from "./toxic.ts";

/** Bytes that one direction of a connection may hold before it stops reading. */
const HELD_BYTES = 4 << 20;

/** Something to be passed on: bytes, or the end that came after them. */
type Item =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly readT: number; dueT: number }
  | { readonly kind: "end" | "reset" };

/** What a pump needs to know of its link. */
export interface PumpOptions {
  readonly connection: LinkConnection;
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  readonly counters: LinkCounters;
  /** The shapers in force, oldest first. */
  readonly shapers: () => readonly Shaper[];
}

/** Carries bytes one way, in order and complete: straight through, or by way of a queue while a toxic shapes them. */
export class Pump {
  readonly counters: DirectionCounters = { bytesIn: 0, bytesOut: 0 };
  readonly #options: PumpOptions;
  readonly #queue: Item[] = [];
  #heldBytes = 0;
  #isRunning = false;
  #isDone = false;
  #wake: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    const { from } = options;
    from.on("data", (bytes: Uint8Array) => this.#take(bytes));
    from.on("end", () => this.#passOn({ kind: "end" }));
    // An error here is the peer's RST (or a broken network): the far side must see the same.
    from.on("error", () => this.#passOn({ kind: "reset" }));
  }

  /** Looks again at what is held, after a toxic came or went; `isHealed` lets go of what waits for its time. */
  reconsider(isHealed: boolean): void {
    if (isHealed) { for (const item of this.#queue) if (item.kind === "bytes") item.dueT = 0; }
    this.#wake?.();
  }

  /** Ends the pump; what it holds is dropped. */
  stop(): void {
    this.#isDone = true;
    this.#queue.length = 0;
    this.#wake?.();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isDone) return;
    const { direction, connection, counters, from, to } = this.#options;
    this.counters.bytesIn += bytes.length;
    counters[direction].bytesIn += bytes.length;
    const shapers = this.#options.shapers();
    if (shapers.length === 0 && this.#queue.length === 0 && !this.#isRunning) {
      this.#count(bytes.length);
      if (!to.write(bytes)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
      return;
    }
    const readT = performance.now();
    let dueT = readT;
    let pieceBytes = bytes.length;
    for (const shaper of shapers) {
      dueT += shaper.delayMs?.(connection, direction) ?? 0;
      pieceBytes = Math.min(pieceBytes, shaper.maxChunkBytes ?? pieceBytes);
    }
    for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
      this.#queue.push({ kind: "bytes", bytes: bytes.subarray(offset, offset + pieceBytes), readT, dueT });
    }
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES) from.pause();
    void this.#run();
  }

  #passOn(item: Item): void {
    if (this.#isDone) return;
    this.#queue.push(item);
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { connection, direction, from } = this.#options;
    for (let item = this.#queue[0]; item !== undefined && !this.#isDone; item = this.#queue[0]) {
      if (this.#options.shapers().some((shaper) => covers(shaper.blocks, direction))) {
        await this.#woken();
        continue;
      }
      if (item.kind !== "bytes") {
        this.#isDone = true;
        if (item.kind === "end") connection.finish(direction);
        else connection.reset("reset by a peer");
        break;
      }
      const waitMs = item.dueT - performance.now();
      if (waitMs > 0) {
        await this.#woken(waitMs);
        continue;
      }
      this.#queue.shift();
      const allowed = this.#allowance(item.bytes.length);
      if (allowed > 0) await this.#write(item.bytes.subarray(0, allowed), item.readT);
      if (allowed < item.bytes.length) {
        connection.close(`cut by the link after ${this.counters.bytesOut} bytes ${direction}`);
        break;
      }
      this.#heldBytes -= item.bytes.length;
      if (from.isPaused() && this.#heldBytes <= HELD_BYTES / 2) from.resume();
    }
    this.#isRunning = false;
  }

  #allowance(offered: number): number {
    const { connection, direction } = this.#options;
    let allowed = offered;
    for (const shaper of this.#options.shapers()) {
      allowed = Math.min(allowed, shaper.allowance?.(connection, direction, allowed) ?? allowed);
    }
    return allowed;
  }

  async #write(bytes: Uint8Array, readT: number): Promise<void> {
    const { direction, counters, to } = this.#options;
    this.#count(bytes.length);
    keep(counters.transits, { direction, readT, writtenT: performance.now(), bytes: bytes.length });
    if (to.write(bytes) || to.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        to.off("drain", done);
        to.off("close", done);
        resolve();
      };
      to.on("drain", done);
      to.on("close", done);
    });
  }

  #count(bytes: number): void {
    this.counters.bytesOut += bytes;
    this.#options.counters[this.#options.direction].bytesOut += bytes;
  }

  #woken(limitMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = limitMs === undefined ? undefined : setTimeout(wake, limitMs);
      this.#wake = wake;
    });
  }
}
