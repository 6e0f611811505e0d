import { errorText } from "../../model/error_text.ts";
import type { AttemptSink, Outcome } from "../attempt.ts";
import { type BatchViews, type Frame, frameOf, newBatchViews, tailOf } from "./column_layout.ts";

/** How to write columns. */
export interface ColumnsOptions {
  /** What the times in the file count from, as `performance.now()`. */
  readonly startT: number;
  /** Attempts in a batch, a multiple of 8; two batches of 45 bytes an attempt are all the memory. @default 65536 */
  readonly batchRows?: number;
}

/** Writes every attempt to a file, as it goes. */
export interface Columns extends AttemptSink, AsyncDisposable {
  /** Attempts so far. */
  readonly rows: number;
  /** Batches that the generator had to wait for, since the disk had not yet taken the one before. */
  readonly blockedBatches: number;
  /**
   * Writes what is left, and the index of the batches. The file is a valid one only now; before, and when the process
   * dies, it reads as an Arrow stream from its eighth byte on.
   *
   * @throws {Error} When anything of the file could not be written.
   */
  close(): Promise<void>;
}

/**
 * Opens an Arrow IPC file (Feather 2, which pandas, DuckDB and Polars read) with the columns `index`, `planned_ms`,
 * `sent_ms`, `first_byte_ms`, `end_ms` (since `startT`; NaN where it never happened), `outcome` (dictionary), `code`
 * (-1 for none) and `bytes`.
 *
 * One batch fills while the other is on its way to the disk. Nothing is ever dropped: when both are full, adding waits
 * for the disk.
 *
 * @param path The file, which is replaced.
 * @throws {RangeError} When batchRows is not a multiple of 8.
 * @throws {Deno.errors} When the file cannot be opened.
 */
export function openColumns(path: string, options: ColumnsOptions): Columns {
  const { startT, batchRows = 65_536 } = options;
  if (!(Number.isInteger(batchRows) && batchRows > 0 && batchRows % 8 === 0)) {
    throw new RangeError(
      `Cannot write columns as batchRows must be a multiple of 8 above 0: current value is ${batchRows}`,
    );
  }
  return new ColumnFile(path, startT, batchRows);
}

/** Columns, and the bytes that they are in the file: head and body. */
interface Room {
  readonly views: BatchViews;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

class ColumnFile implements Columns {
  readonly #path: string;
  readonly #startT: number;
  readonly #batchRows: number;
  readonly #frame: Frame;
  readonly #file: Deno.FsFile;
  /** For writing at once, while the other one is busy. */
  readonly #second: Deno.FsFile;
  #filling: Room;
  #resting: Room;
  #views: BatchViews;
  #row = 0;
  #fullBatches = 0;
  #blockedBatches = 0;
  /** Resolves when the resting room is written. */
  #pending: Promise<void> | undefined;
  #failure: unknown;
  #closed: Promise<void> | undefined;

  constructor(path: string, startT: number, batchRows: number) {
    this.#path = path;
    this.#startT = startT;
    this.#batchRows = batchRows;
    this.#frame = frameOf(batchRows);
    this.#filling = this.#newRoom();
    this.#resting = this.#newRoom();
    this.#views = this.#filling.views;
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    this.#second = Deno.openSync(path, { write: true });
    this.#writeNow(this.#frame.prelude, 0);
  }

  get rows(): number {
    return this.#fullBatches * this.#batchRows + this.#row;
  }

  get blockedBatches(): number {
    return this.#blockedBatches;
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
    const row = this.#row;
    const views = this.#views;
    const startT = this.#startT;
    views.index[row] = index;
    views.plannedMs[row] = plannedT - startT;
    views.sentMs[row] = sentT - startT;
    views.firstByteMs[row] = firstByteT - startT;
    views.endMs[row] = endT - startT;
    views.outcome[row] = outcome;
    views.code[row] = code;
    views.bytes[row] = bytes;
    this.#row = row + 1;
    if (this.#row === this.#batchRows) this.#turn();
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #newRoom(): Room {
    const { head } = this.#frame;
    const views = newBatchViews(this.#batchRows, head.length);
    const bytes = new Uint8Array(views.body.buffer);
    bytes.set(head);
    return { views, bytes };
  }

  /** Sends the full room to the disk, and goes on in the other one. */
  #turn(): void {
    const room = this.#filling;
    const at = this.#batchOffset(this.#fullBatches);
    this.#fullBatches++;
    this.#row = 0;
    if (this.#pending !== undefined) {
      this.#blockedBatches++;
      this.#writeNow(room.bytes, at);
      return;
    }
    this.#pending = this.#writeBehind(room.bytes, at);
    this.#filling = this.#resting;
    this.#resting = room;
    this.#views = this.#filling.views;
  }

  #batchOffset(batch: number): number {
    return this.#frame.prelude.length + batch * this.#filling.bytes.length;
  }

  async #writeBehind(bytes: Uint8Array, at: number): Promise<void> {
    try {
      this.#file.seekSync(at, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
    } catch (error) {
      this.#failure ??= error;
    }
    this.#pending = undefined;
  }

  #writeNow(bytes: Uint8Array, at: number): void {
    try {
      this.#second.seekSync(at, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) done += this.#second.writeSync(bytes.subarray(done));
    } catch (error) {
      this.#failure ??= error;
    }
  }

  async #finish(): Promise<void> {
    await this.#pending;
    const tail = tailOf(this.#batchRows, this.#fullBatches, this.#views, this.#row);
    this.#writeNow(tail, this.#fullBatches === 0 ? 0 : this.#batchOffset(this.#fullBatches));
    this.#file.close();
    this.#second.close();
    if (this.#failure === undefined) return;
    throw new Error(
      `Cannot write the attempts to ${this.#path}: ${errorText(this.#failure)}; the file is not complete, ` +
        "make room for some 45 bytes an attempt, or run without it",
      { cause: this.#failure },
    );
  }
}
