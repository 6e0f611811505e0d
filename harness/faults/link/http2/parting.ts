import { ERROR, FRAME, goawayFrame, MAX_WINDOW_BYTES } from "../../../wire/frame.ts";
import type { Http2Stream } from "./http2_stream.ts";
import type { Direction } from "../toxic.ts";
import type { Lane } from "./lane.ts";
import type { OwnPings } from "./own_pings.ts";
import type { StreamTable } from "./stream_table.ts";

/** The largest stream number: a GOAWAY with it only warns. */
const ANY_STREAM = MAX_WINDOW_BYTES;

/** What a parting needs of its connection. */
export interface PartingWires {
  readonly lanes: Readonly<Record<Direction, Lane>>;
  readonly table: StreamTable;
  readonly pings: OwnPings;
  sendReset(direction: Direction, stream: Http2Stream, code: number): void;
  kill(stream: Http2Stream): void;
}

/** How a connection is to end. */
export interface PartingOptions {
  readonly code: number;
  /** Last stream that counts as seen. */
  readonly lastId: number;
  /** Warn first, and name the last stream when the caller has taken the warning; streams until then are seen, too. */
  readonly isGraceful: boolean;
}

/** The end of a connection by GOAWAY: one that the link sends to the caller, or the target's that passes. */
export class Parting {
  readonly #wires: PartingWires;
  /** Later ones of the caller are not looked at. */
  #lastId = ANY_STREAM;
  #lastTargetId = ANY_STREAM;
  #isAnnounced = false;

  /** @param wires The connection. */
  constructor(wires: PartingWires) {
    this.#wires = wires;
  }

  /** Whether a stream that the caller has opened counts as not seen, by the link's own GOAWAY. */
  isTooLate(id: number): boolean {
    return id > this.#lastId;
  }

  /** Whether the link's own GOAWAY is out and all streams that it left have ended. */
  get isDone(): boolean {
    return this.#isAnnounced && this.#wires.table.liveCount === 0 && this.#wires.pings.isIdle;
  }

  /** Sends the link's own GOAWAY. A second one may only name an earlier stream. */
  announce(options: PartingOptions): void {
    const { code, lastId, isGraceful } = options;
    if (!isGraceful) {
      this.#end(code, lastId);
      return;
    }
    this.#wires.lanes.down.outlet.add(goawayFrame(ANY_STREAM, 0));
    const isOpenEnd = lastId >= this.#wires.table.lastId;
    if (!isOpenEnd) this.#ignoreAfter(lastId);
    this.#wires.pings.then(() => this.#end(code, isOpenEnd ? this.#wires.table.lastId : lastId));
  }

  /**
   * Passes the target's GOAWAY on, in the caller's numbers. Streams that the target will not look at, and that the
   * caller would take for seen, are refused one by one.
   *
   * @param payload That of the GOAWAY.
   */
  pass(flags: number, payload: Uint8Array): void {
    const { table, lanes } = this.#wires;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    const lastTargetId = view.getUint32(0) & ANY_STREAM;
    this.#lastTargetId = lastTargetId;
    if (!table.isRenaming || lastTargetId === ANY_STREAM) {
      lanes.down.outlet.addFrame(FRAME.goaway, flags, 0, payload);
      return;
    }
    const isSeen = ({ targetId }: Http2Stream) => targetId !== 0 && targetId <= lastTargetId;
    const streams = [...table.streams()];
    const lastId = streams.filter(isSeen).reduce((last, { id }) => Math.max(last, id), 0);
    view.setUint32(0, lastId);
    lanes.down.outlet.addFrame(FRAME.goaway, flags, 0, payload);
    for (const stream of streams) if (!isSeen(stream) && stream.targetId !== 0) this.#refuse(stream);
  }

  /** Whether the target has said that it will not look at a stream with that number; the caller is told then. */
  refuses(stream: Http2Stream): boolean {
    if (stream.targetId <= this.#lastTargetId) return false;
    stream.targetId = 0;
    this.#refuse(stream);
    return true;
  }

  #refuse(stream: Http2Stream): void {
    if (stream.isKilled) return;
    this.#wires.sendReset("down", stream, ERROR.refusedStream);
    this.#wires.kill(stream);
  }

  #end(code: number, lastId: number): void {
    this.#wires.lanes.down.outlet.add(goawayFrame(Math.min(lastId, this.#lastId), code));
    this.#ignoreAfter(lastId);
    this.#isAnnounced = true;
  }

  #ignoreAfter(lastId: number): void {
    this.#lastId = Math.min(lastId, this.#lastId);
    for (const stream of [...this.#wires.table.streams()]) {
      if (stream.id > this.#lastId) this.#wires.kill(stream);
    }
  }
}
