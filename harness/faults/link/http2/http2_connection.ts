import { ERROR, FLAG, FRAME } from "../../../wire/frame.ts";
import { Http2Error } from "../../../wire/http2_error.ts";
import type { Direction } from "../toxic.ts";
import type { HeaderBlock } from "./header_block.ts";
import { headerFrames } from "./header_frames.ts";
import type { Http2Stream } from "./http2_stream.ts";
import { fourBytes, type Lane } from "./lane.ts";
import type { OwnPings } from "./own_pings.ts";
import type { RequestPlanner } from "./request_planner.ts";
import { StreamWay } from "./stream_way.ts";
import type { StreamTable } from "./stream_table.ts";
import { Wires } from "./wires.ts";

/** The streams of one connection: most pass by at once, those that a rule wants something of go a longer way. */
export class Http2Connection {
  readonly #wires: Wires;
  readonly #way: StreamWay;
  readonly #planner: RequestPlanner;
  readonly #ordinal: number;
  /** Live streams on whose account credit of the whole connection is withheld. */
  readonly #stoppers = new Set<Http2Stream>();

  /**
   * @param ordinal Of the connection, on its link.
   * @param onReleased Told when something that was held has gone on.
   */
  constructor(
    lanes: Readonly<Record<Direction, Lane>>,
    planner: RequestPlanner,
    ordinal: number,
    onReleased: () => void,
  ) {
    this.#wires = new Wires(lanes);
    this.#way = new StreamWay(this.#wires, onReleased);
    this.#planner = planner;
    this.#ordinal = ordinal;
  }

  get table(): StreamTable {
    return this.#wires.table;
  }

  get pings(): OwnPings {
    return this.#wires.pings;
  }

  /** Whether a GOAWAY of the link's own has run its course. */
  get isDone(): boolean {
    return this.#wires.parting.isDone;
  }

  /** Takes a header list. @throws {Http2Error} When it cannot be sent on, and belongs to no stream that could be ended. */
  onBlock(direction: Direction, block: HeaderBlock): void {
    const { table, lanes } = this.#wires;
    const { streamId, fields, endStream, priority } = block;
    if (block.hasSizeUpdate) lanes[direction].isSizeUpdateDue = true;
    const isRequest = direction === "up" && streamId % 2 === 1 && streamId > table.lastId;
    const stream = isRequest ? this.#open(block) : table.find(direction, streamId);
    if (stream !== undefined && block.promisedId === 0) {
      this.#way.arrive(direction, stream, { kind: "headers", fields, endStream, priority });
      return;
    }
    if (stream === undefined && table.isForgotten(direction, streamId)) return;
    this.#passUnknown(direction, stream?.idTowards(direction) ?? streamId, block);
  }

  /** Takes any other frame of a stream. */
  onStreamFrame(
    direction: Direction,
    type: number,
    flags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { table, lanes } = this.#wires;
    const stream = table.find(direction, id);
    if (stream === undefined) {
      if (!table.isForgotten(direction, id)) {
        lanes[direction].outlet.addFrame(type, flags, id, bytes, start, end);
      } else if (type === FRAME.data) lanes[direction].credit += end - start;
      return;
    }
    if (stream.plans.length > 0 || stream.isKilled) {
      this.#way.arrive(direction, stream, { kind: "plain", type, flags, payload: bytes.slice(start, end) });
      return;
    }
    lanes[direction].outlet.addFrame(type, flags, stream.idTowards(direction), bytes, start, end);
    if (type === FRAME.rstStream) table.end(stream);
    else if (type === FRAME.data && flags & FLAG.endStream) {
      stream.ended[direction] = true;
      if (stream.ended.up && stream.ended.down) table.end(stream);
    }
  }

  /** Takes a GOAWAY. */
  onGoaway(direction: Direction, flags: number, payload: Uint8Array): void {
    const { table, lanes, parting, pings } = this.#wires;
    const code = new DataView(payload.buffer, payload.byteOffset).getUint32(4);
    if (direction === "down") {
      if (code !== ERROR.noError) { for (const stream of table.streams()) stream.confirmSeenByTarget(); }
      parting.pass(flags, payload);
    } else {
      lanes.up.outlet.addFrame(FRAME.goaway, flags, 0, payload);
      if (code !== ERROR.noError) pings.proveAll();
    }
  }

  /** Whether credit of the connection, as it stands in a WINDOW_UPDATE, is kept back. */
  withholds(direction: Direction, bytes: Uint8Array, start: number): boolean {
    if (this.#stoppers.size === 0 || !this.#isStopped(direction)) return false;
    const credit = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getUint32(0) & 0x7fffffff;
    this.#wires.lanes[direction].withheld += credit;
    return true;
  }

  /** Lets go of what healed rules held. */
  reconsider(): void {
    for (const stream of [...this.#wires.table.streams()]) this.#way.reconsider(stream);
  }

  /** Gives on what credit of the connection no stream's rule keeps back any more. */
  releaseCredit(): void {
    for (const direction of ["up", "down"] as const) {
      const lane = this.#wires.lanes[direction];
      if (lane.withheld === 0 || this.#isStopped(direction)) continue;
      lane.outlet.addFrame(FRAME.windowUpdate, 0, 0, fourBytes(lane.withheld));
      lane.withheld = 0;
    }
  }

  /** Frees all timers. */
  close(): void {
    for (const stream of this.#wires.table.streams()) {
      stream.held.up?.drop();
      stream.held.down?.drop();
    }
  }

  #open(block: HeaderBlock): Http2Stream {
    const { table, parting } = this.#wires;
    const { streamId, fields } = block;
    if (parting.isTooLate(streamId)) {
      const stream = table.open(streamId, []);
      this.#wires.kill(stream);
      return stream;
    }
    const stream = table.open(streamId, this.#planner.plan(fields, this.#ordinal, streamId));
    if (stream.plan("stoppedFlowControl", ({ scope }) => scope === "connection") !== undefined) {
      this.#stoppers.add(stream);
    }
    return stream;
  }

  #isStopped(direction: Direction): boolean {
    const source = direction === "up" ? "client" : "server";
    for (const stream of this.#stoppers) {
      if (this.#wires.table.find("up", stream.id) !== stream || stream.isKilled) {
        this.#stoppers.delete(stream);
        continue;
      }
      const stopped = stream.plan(
        "stoppedFlowControl",
        ({ from, scope }) => from === source && scope === "connection",
      );
      if (stopped === undefined) continue;
      stopped.plan.strike();
      stopped.plan.confirm();
      return true;
    }
    return false;
  }

  #passUnknown(direction: Direction, id: number, block: HeaderBlock): void {
    const lane = this.#wires.lanes[direction];
    const { fields, endStream, priority, promisedId } = block;
    try {
      const frames = headerFrames(id, fields, {
        endStream,
        priority,
        promisedId,
        hasSizeUpdate: lane.isSizeUpdateDue,
      });
      lane.isSizeUpdateDue = false;
      for (const bytes of frames) lane.outlet.add(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new Http2Error(ERROR.protocolError, error.message);
    }
  }
}
