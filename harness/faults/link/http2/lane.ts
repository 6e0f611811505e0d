import { DEFAULT_MAX_FRAME_BYTES, FRAME } from "../../../wire/frame.ts";
import { type FrameHandler, FrameReader } from "../../../wire/frame_reader.ts";
import { HeaderBlocks } from "./header_block.ts";
import type { HeldCount } from "./held_frames.ts";
import type { Language } from "./opening.ts";
import { Outlet } from "./outlet.ts";

/** One direction of a connection: what reads its sender, and what goes out to its receiver. */
export class Lane implements HeldCount {
  readonly outlet: Outlet;
  readonly blocks = new HeaderBlocks();
  /** Of streams whose frames wait. */
  heldBytes = 0;
  /** Credit of the connection that its sender must get back, for DATA that the receiver will never see. */
  credit = 0;
  /** Credit of the connection that its sender gave, and a rule withholds. */
  withheld = 0;
  /** Whether the next header block must say that the table is not used. */
  isSizeUpdateDue = false;
  /** Whether its sender has changed the limit of the other direction's table, and that has not been acknowledged. */
  hasChangedTable = false;
  /** Whether its sender has ended, and the receiver is to be told when nothing is held any more. */
  isEnding = false;
  language: Language = "undecided";
  readonly #judge: (bytes: Uint8Array) => Language;
  readonly #reader: FrameReader;
  /** What came while the language was not known. */
  #first: Uint8Array = new Uint8Array(0);
  readonly #prefaceBytes: number;

  /**
   * @param judge Tells what the sender speaks.
   * @param prefaceBytes What comes in front of its first frame.
   * @param onFrame Told of each frame.
   * @param write Takes what goes out.
   * @param onReleased Told when something that was held has gone out.
   */
  constructor(
    judge: (bytes: Uint8Array) => Language,
    prefaceBytes: number,
    onFrame: FrameHandler,
    write: (bytes: Uint8Array) => void,
    onReleased: () => void,
  ) {
    this.#judge = judge;
    this.#prefaceBytes = prefaceBytes;
    this.#reader = new FrameReader(onFrame);
    this.outlet = new Outlet(write, onReleased);
  }

  /** Takes what the sender sent. @throws {Http2Error} When it breaks the protocol so that it cannot be read on. */
  push(bytes: Uint8Array): void {
    if (this.language === "other") return this.outlet.add(bytes);
    if (this.language === "http2") return this.#reader.push(bytes);
    const first = new Uint8Array(this.#first.length + bytes.length);
    first.set(this.#first);
    first.set(bytes, this.#first.length);
    this.#first = first;
    this.language = this.#judge(first);
    if (this.language === "other") this.passOn();
    if (this.language !== "http2") return;
    this.#first = new Uint8Array(0);
    this.outlet.add(first, 0, this.#prefaceBytes);
    this.#reader.push(first.subarray(this.#prefaceBytes));
  }

  /** Has all pass as it is from here on, beginning with what was read and not passed on. */
  passOn(): void {
    const kept = this.#first.length > 0 ? this.#first : this.#reader.pending();
    this.#first = new Uint8Array(0);
    this.language = "other";
    this.outlet.add(kept);
  }

  /** Its sender may use frames as large as the receiver has announced, once in any of its SETTINGS. */
  allowFrames(maxFrameBytes: number): void {
    const largest = 2 ** 24 - 1;
    this.#reader.maxFrameBytes = Math.min(
      largest,
      Math.max(this.#reader.maxFrameBytes, maxFrameBytes, DEFAULT_MAX_FRAME_BYTES),
    );
  }

  /** Gives the sender back what it spent on DATA that went nowhere, by way of the lane that leads to it. */
  giveBackCredit(back: Outlet): void {
    if (this.credit === 0) return;
    back.addFrame(FRAME.windowUpdate, 0, 0, fourBytes(this.credit));
    this.credit = 0;
  }
}

/** A number of 31 bits, as WINDOW_UPDATE and RST_STREAM carry it. */
export function fourBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
