import { errorText } from "../../../model/error_text.ts";
import { CLIENT_PREFACE, ERROR, FLAG, FRAME, frame, goawayFrame, SETTING } from "../../../wire/frame.ts";
import { Http2Error } from "../../../wire/http2_error.ts";
import type { ConnectionStage, StagePort } from "../stage.ts";
import type { Direction } from "../toxic.ts";
import { Http2Connection } from "./http2_connection.ts";
import { Lane } from "./lane.ts";
import { languageOfCaller, languageOfTarget } from "./opening.ts";
import type { RequestPlanner } from "./request_planner.ts";

const OPPOSITE: Readonly<Record<Direction, Direction>> = { up: "down", down: "up" };
const CREDIT_BYTES = 4;

/**
 * One connection in the HTTP/2 mode. Frames are read and passed on as they are, but for header blocks, which are encoded
 * anew, since the tables of both sides are no longer the same once a block was left out. Settings, PINGs, credit and
 * GOAWAYs go end to end. What is not HTTP/2 passes untouched.
 */
export class Http2Stage implements ConnectionStage {
  readonly #port: StagePort;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  readonly #connection: Http2Connection;
  readonly #leave: () => void;
  readonly #note: (text: string) => void;
  #isOver = false;
  /** As of the last look. */
  #heldBytes = 0;

  /**
   * @param port The connection's ways out.
   * @param planner What the link's connections share.
   * @param note Takes what is worth reading in a timeline.
   */
  constructor(port: StagePort, planner: RequestPlanner, note: (text: string) => void) {
    this.#port = port;
    this.#note = note;
    const lane = (direction: Direction) =>
      new Lane(
        direction === "up" ? languageOfCaller : languageOfTarget,
        direction === "up" ? CLIENT_PREFACE.length : 0,
        (type, flags, id, bytes, start, end) => this.#onFrame(direction, type, flags, id, bytes, start, end),
        (bytes) => port.write(direction, bytes),
        () => this.#settle(),
      );
    this.#lanes = { up: lane("up"), down: lane("down") };
    // A caller expects SETTINGS before anything else, also before what a rule makes up.
    this.#lanes.down.outlet.shut();
    this.#connection = new Http2Connection(this.#lanes, planner, port.ordinal, () => this.#settle());
    this.#leave = planner.join(this);
  }

  push(direction: Direction, bytes: Uint8Array): void {
    if (this.#isOver) return;
    const lane = this.#lanes[direction];
    try {
      lane.push(bytes);
    } catch (error) {
      this.#fail(direction, error);
      return;
    }
    if (lane.language === "other") this.#passAllOn(direction);
    this.#settle();
  }

  end(direction: Direction): void {
    if (this.#isOver) return;
    const lane = this.#lanes[direction];
    if (lane.language !== "other") {
      // Half a frame, or half a preface: nobody can make anything of it but the receiver.
      const isUndecided = lane.language === "undecided";
      lane.passOn();
      const other = this.#lanes[OPPOSITE[direction]];
      if (isUndecided && other.language === "undecided") {
        other.passOn();
        this.#lanes.down.outlet.open();
      }
    }
    lane.isEnding = true;
    this.#settle();
  }

  heldBytes(direction: Direction): number {
    const { up, down } = this.#lanes;
    // What waits for the target's SETTINGS was made up for the caller, and reading from the target is what ends it.
    const early = down.outlet.isShut ? down.outlet.heldBytes : 0;
    if (direction === "up") return up.heldBytes + up.outlet.heldBytes + early;
    return down.heldBytes + down.outlet.heldBytes - early;
  }

  /** Lets go of what healed rules held. */
  reconsider(): void {
    if (this.#isOver) return;
    this.#connection.reconsider();
    for (const lane of Object.values(this.#lanes)) lane.outlet.reconsider();
    this.#settle();
  }

  close(): void {
    this.#isOver = true;
    this.#leave();
    this.#connection.close();
    for (const lane of Object.values(this.#lanes)) lane.outlet.close();
  }

  /** Sends all that is due after something was done. */
  #settle(): void {
    if (this.#isOver) return;
    const { up, down } = this.#lanes;
    up.giveBackCredit(down.outlet);
    down.giveBackCredit(up.outlet);
    this.#connection.releaseCredit();
    this.#connection.pings.flush();
    up.outlet.flush();
    down.outlet.flush();
    this.#tellHeld();
    for (const direction of ["up", "down"] as const) {
      const lane = this.#lanes[direction];
      if (!lane.isEnding || this.heldBytes(direction) > 0) continue;
      lane.isEnding = false;
      this.#port.end(direction);
    }
    const heldBytes = this.heldBytes("up") + this.heldBytes("down");
    if (this.#connection.isDone && heldBytes === 0) this.#part();
  }

  /** Ends both directions behind what was written; what still comes is dropped. */
  #part(): void {
    this.#isOver = true;
    this.#port.end("up");
    this.#port.end("down");
  }

  /** Reading may go on when less is held than before. */
  #tellHeld(): void {
    const heldBytes = this.heldBytes("up") + this.heldBytes("down");
    const isLess = heldBytes < this.#heldBytes;
    this.#heldBytes = heldBytes;
    if (isLess) this.#port.reconsider();
  }

  #passAllOn(direction: Direction): void {
    const other = this.#lanes[OPPOSITE[direction]];
    if (other.language === "other" && !this.#lanes.down.outlet.isShut) return;
    const who = direction === "up" ? "caller" : "target";
    this.#note(
      `the ${who} of connection ${this.#port.ordinal} speaks no HTTP/2 in the clear: its bytes pass untouched`,
    );
    this.#lanes.down.outlet.open();
    if (other.language !== "other") other.passOn();
  }

  /** A side that breaks the protocol is told, the other is told that the connection is over. */
  #fail(direction: Direction, error: unknown): void {
    const { up, down } = this.#lanes;
    const who = direction === "up" ? "caller" : "target";
    const isBreach = error instanceof Http2Error;
    const code = isBreach ? error.code : ERROR.internalError;
    const why = isBreach
      ? `its ${who} broke HTTP/2: ${error.message}`
      : `the link itself failed: ${errorText(error)}`;
    this.#note(`connection ${this.#port.ordinal} is closed, as ${why}`);
    down.outlet.open();
    const told = goawayFrame(direction === "up" ? this.#connection.table.lastId : 0, code, why);
    const over = goawayFrame(0, ERROR.internalError, "the link closed the connection, for its other side");
    up.outlet.add(direction === "down" ? told : over);
    down.outlet.add(direction === "up" ? told : over);
    up.outlet.flush();
    down.outlet.flush();
    this.#part();
  }

  #onFrame(
    direction: Direction,
    type: number,
    flags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const lane = this.#lanes[direction];
    if (lane.blocks.isOpen && type !== FRAME.continuation) {
      throw new Http2Error(ERROR.protocolError, `expected CONTINUATION, found a frame of type ${type}`);
    }
    switch (type) {
      case FRAME.headers:
      case FRAME.pushPromise:
      case FRAME.continuation: {
        const block = lane.blocks.take(type, flags, id, bytes, start, end);
        if (block !== undefined) this.#connection.onBlock(direction, block);
        return;
      }
      case FRAME.settings:
        return this.#onSettings(direction, flags, bytes.subarray(start, end), id);
      case FRAME.ping:
        if (direction === "up" && flags & FLAG.ack && this.#connection.pings.take(bytes, start, end)) return;
        break;
      case FRAME.goaway:
        if (id !== 0 || end - start < 8) break;
        return this.#connection.onGoaway(direction, flags, bytes.slice(start, end));
      case FRAME.windowUpdate:
        if (id === 0 && end - start === CREDIT_BYTES && this.#connection.withholds(direction, bytes, start)) {
          return;
        }
    }
    if (id === 0) lane.outlet.addFrame(type, flags, id, bytes, start, end);
    else this.#connection.onStreamFrame(direction, type, flags, id, bytes, start, end);
  }

  #onSettings(direction: Direction, flags: number, payload: Uint8Array, id: number): void {
    const lane = this.#lanes[direction];
    const back = this.#lanes[OPPOSITE[direction]];
    if (flags & FLAG.ack) {
      // The limit that this side's encoder was given is in force now; a decoder demands to be told at the next block.
      if (back.hasChangedTable) lane.isSizeUpdateDue = true;
      back.hasChangedTable = false;
    } else {
      const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
      for (let at = 0; at + 6 <= payload.length; at += 6) {
        const setting = view.getUint16(at);
        if (setting === SETTING.headerTableSize) lane.hasChangedTable = true;
        if (setting === SETTING.maxFrameSize) back.allowFrames(view.getUint32(at + 2));
      }
    }
    const bytes = frame(FRAME.settings, flags, id, payload);
    if (lane.outlet.isShut) lane.outlet.open(bytes);
    else lane.outlet.add(bytes);
  }
}
