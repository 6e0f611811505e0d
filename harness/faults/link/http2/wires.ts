import { DEFAULT_MAX_FRAME_BYTES, ERROR, FLAG, FRAME } from "../../../wire/frame.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import type { Direction } from "../toxic.ts";
import { blockOf, headerFrames } from "./header_frames.ts";
import type { Http2Stream } from "./http2_stream.ts";
import { fourBytes, type Lane } from "./lane.ts";
import { OwnPings } from "./own_pings.ts";
import { Parting } from "./parting.ts";
import { dataOf, type StreamFrame } from "./stream_frame.ts";
import { StreamTable } from "./stream_table.ts";

/** How a header list goes out. */
export interface HeadersOptions {
  readonly endStream: boolean;
  readonly priority?: Uint8Array | undefined;
}

/** Both sides of a connection as those see them who change what passes. */
export class Wires {
  readonly table = new StreamTable();
  readonly pings: OwnPings;
  readonly parting: Parting;

  /** @param lanes The two directions. */
  constructor(readonly lanes: Readonly<Record<Direction, Lane>>) {
    this.pings = new OwnPings(lanes.down.outlet);
    this.parting = new Parting(this);
  }

  /**
   * Sends a header list on; slowly where a rule wants that.
   *
   * @throws {TypeError} For what no header may be; nothing was sent then.
   */
  sendHeaders(
    direction: Direction,
    stream: Http2Stream,
    fields: readonly HeaderField[],
    options: HeadersOptions,
  ): void {
    const lane = this.lanes[direction];
    const slow = stream.plan("slowHeaders", (action) => action.direction === direction);
    if (slow === undefined && options.priority === undefined && !lane.isSizeUpdateDue) {
      const block = blockOf(fields);
      if (block.length <= DEFAULT_MAX_FRAME_BYTES) {
        const flags = options.endStream ? FLAG.endHeaders | FLAG.endStream : FLAG.endHeaders;
        lane.outlet.addFrame(FRAME.headers, flags, stream.idTowards(direction), block);
        return;
      }
    }
    const frames = headerFrames(stream.idTowards(direction), fields, {
      ...options,
      hasSizeUpdate: lane.isSizeUpdateDue,
      ...slow === undefined ? {} : { pieces: slow.action.fragments },
    });
    lane.isSizeUpdateDue = false;
    if (slow === undefined) {
      for (const bytes of frames) lane.outlet.add(bytes);
      return;
    }
    slow.plan.strike();
    lane.outlet.trickle(frames, slow.action.intervalMs, slow.plan);
    this.confirm(direction, stream, slow.plan);
  }

  /** Sends any other frame of a stream on. */
  sendFrame(
    direction: Direction,
    stream: Http2Stream,
    type: number,
    flags: number,
    payload?: Uint8Array,
  ): void {
    this.lanes[direction].outlet.addFrame(type, flags, stream.idTowards(direction), payload);
  }

  /** An END_STREAM by itself. */
  sendEnd(direction: Direction, stream: Http2Stream): void {
    this.sendFrame(direction, stream, FRAME.data, FLAG.endStream);
  }

  /** A RST_STREAM in that direction; none where the stream is not known. */
  sendReset(direction: Direction, stream: Http2Stream, code: number): void {
    if (stream.idTowards(direction) !== 0) {
      this.sendFrame(direction, stream, FRAME.rstStream, 0, fourBytes(code));
    }
  }

  /** Lets a plan be confirmed once the receiver of that direction has taken what was sent so far. */
  confirm(direction: Direction, stream: Http2Stream, plan: Parameters<OwnPings["confirm"]>[0]): void {
    if (direction === "down") this.pings.confirm(plan);
    else stream.unconfirmed.push(plan);
  }

  /** Drops a frame. What its DATA took of the connection's window is given back to who sent it. */
  discard(direction: Direction, frame: StreamFrame): void {
    if (frame.kind === "plain" && frame.type === FRAME.data) {
      this.lanes[direction].credit += frame.payload.length;
    }
  }

  /** Passes of a DATA frame the first `bytes` bytes of body, without padding; the rest is dropped. */
  sendDataPart(direction: Direction, stream: Http2Stream, frame: StreamFrame, bytes: number): void {
    if (frame.kind !== "plain") return;
    const part = (dataOf(frame) ?? new Uint8Array(0)).subarray(0, bytes);
    if (part.length > 0) this.sendFrame(direction, stream, FRAME.data, 0, part);
    this.lanes[direction].credit += frame.payload.length - part.length;
  }

  /** Forgets a stream that is over on both sides. */
  end(stream: Http2Stream): void {
    for (const direction of ["up", "down"] as const) {
      for (const frame of stream.held[direction]?.drop() ?? []) this.discard(direction, frame);
    }
    this.table.end(stream);
  }

  /**
   * Ends a stream of which the caller has been told its end already, or never will be: the target is told CANCEL if it
   * is still at it, and nothing more of the stream passes.
   */
  kill(stream: Http2Stream): void {
    if (stream.isKilled) return;
    this.table.kill(stream);
    for (const direction of ["up", "down"] as const) {
      for (const frame of stream.held[direction]?.drop() ?? []) this.discard(direction, frame);
    }
    if (!(stream.ended.up && stream.ended.down)) this.sendReset("up", stream, ERROR.cancel);
  }
}
