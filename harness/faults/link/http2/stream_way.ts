import { ERROR, FLAG, FRAME } from "../../../wire/frame.ts";
import type { Direction } from "../toxic.ts";
import { withContentLength, withoutStatus, withPushback } from "./field_changes.ts";
import { HeldFrames } from "./held_frames.ts";
import type { Http2Stream } from "./http2_stream.ts";
import { fourBytes } from "./lane.ts";
import { dataOf, endsStream, type HeadersFrame, type PlainFrame, type StreamFrame } from "./stream_frame.ts";
import { awaits, strikeAt } from "./strikes.ts";
import type { Wires } from "./wires.ts";

/** The way of a stream's frames through the rules: held first, then struck, changed, and sent on. */
export class StreamWay {
  readonly #wires: Wires;
  readonly #onReleased: () => void;

  /** @param onReleased Told when a frame that was held has gone on. */
  constructor(wires: Wires, onReleased: () => void) {
    this.#wires = wires;
    this.#onReleased = onReleased;
  }

  /** Takes a frame as it comes. */
  arrive(direction: Direction, stream: Http2Stream, frame: StreamFrame): void {
    if (stream.isKilled) return this.#wires.discard(direction, frame);
    if (direction === "down") stream.confirmSeenByTarget();
    let delayMs = 0;
    for (const plan of stream.plans) {
      const { action } = plan;
      if (!plan.isOn || action.kind !== "delay") continue;
      if (action.direction !== "both" && action.direction !== direction) continue;
      delayMs += action.delayMs;
      plan.strike();
    }
    const held = stream.held[direction];
    if (delayMs === 0 && held?.isEmpty !== false) return this.#pass(direction, stream, frame);
    (held ?? this.#holder(direction, stream)).hold(frame, delayMs);
  }

  /** Lets go of what only healed rules hold. */
  reconsider(stream: Http2Stream): void {
    for (const direction of ["up", "down"] as const) {
      const isHeld = (action: { direction: string }) =>
        action.direction === "both" || action.direction === direction;
      if (stream.plan("delay", isHeld) === undefined) stream.held[direction]?.release();
      const source = direction === "up" ? "client" : "server";
      if (stream.withheld[direction] === 0 || stream.isKilled) continue;
      if (stream.plan("stoppedFlowControl", ({ from }) => from === source) !== undefined) continue;
      this.#wires.sendFrame(direction, stream, FRAME.windowUpdate, 0, fourBytes(stream.withheld[direction]));
      stream.withheld[direction] = 0;
    }
  }

  #holder(direction: Direction, stream: Http2Stream): HeldFrames {
    return stream.held[direction] = new HeldFrames((frame, heldMs) => {
      for (const plan of stream.plans) {
        if (plan.action.kind === "delay" && heldMs >= plan.action.delayMs) plan.confirm();
      }
      this.#pass(direction, stream, frame);
      this.#onReleased();
    }, this.#wires.lanes[direction]);
  }

  #pass(direction: Direction, stream: Http2Stream, frame: StreamFrame): void {
    if (stream.isKilled) return this.#wires.discard(direction, frame);
    try {
      if (frame.kind === "headers") this.#passHeaders(direction, stream, frame);
      else if (frame.type === FRAME.data) this.#passData(direction, stream, frame);
      else this.#passPlain(direction, stream, frame);
    } catch (error) {
      // A name with capitals and the like: malformed, and an error of the stream alone (RFC 9113, section 8.1.1).
      if (!(error instanceof TypeError)) throw error;
      if (direction === "up" && !stream.isSent) stream.targetId = 0;
      this.#wires.sendReset("down", stream, ERROR.protocolError);
      this.#wires.kill(stream);
      return;
    }
    if (stream.isKilled || !endsStream(frame)) return;
    // A target may answer before it has heard all: then there is nothing left to strike.
    const canStrike = direction === "up" && !stream.ended.down;
    if (canStrike && !strikeAt("request-end", stream, this.#wires)) return;
    const isReset = frame.kind === "plain" && frame.type === FRAME.rstStream;
    if (isReset || (stream.ended.up && stream.ended.down)) this.#wires.end(stream);
  }

  #passHeaders(direction: Direction, stream: Http2Stream, frame: HeadersFrame): void {
    const { endStream, priority } = frame;
    if (direction === "up") this.#passRequest(stream, frame);
    else if (!isInterim(frame)) this.#passAnswer(stream, frame);
    else this.#wires.sendHeaders(direction, stream, frame.fields, { endStream, priority });
  }

  #passRequest(stream: Http2Stream, frame: HeadersFrame): void {
    const { endStream, priority } = frame;
    let { fields } = frame;
    stream.ended.up ||= endStream;
    if (!stream.isSent) {
      if (!strikeAt("request", stream, this.#wires)) return;
      this.#wires.table.name(stream);
      if (this.#wires.parting.refuses(stream)) return;
      stream.hasMessages.up = isGrpc(frame);
      const wrong = stream.plan("wrongContentLength", (action) => action.direction === "up");
      if (wrong !== undefined) {
        fields = withContentLength(fields, wrong.action.delta);
        wrong.plan.strike();
        this.#wires.confirm("up", stream, wrong.plan);
      }
    }
    if (stream.isMuted) return;
    this.#wires.sendHeaders("up", stream, fields, { endStream, priority });
    stream.isSent = true;
  }

  #passAnswer(stream: Http2Stream, frame: HeadersFrame): void {
    const { endStream, priority } = frame;
    let { fields } = frame;
    stream.ended.down ||= endStream;
    if (!stream.isAnswered && !strikeAt("response-headers", stream, this.#wires)) return;
    if (endStream && !strikeAt("response-end", stream, this.#wires)) return;
    const isTrailers = stream.isAnswered;
    if (!isTrailers) stream.hasMessages.down = isGrpc(frame);
    const wrong = isTrailers
      ? undefined
      : stream.plan("wrongContentLength", (action) => action.direction === "down");
    if (wrong !== undefined) {
      fields = withContentLength(fields, wrong.action.delta);
      wrong.plan.strike();
    }
    const pushback = endStream ? stream.plan("pushbackHeader") : undefined;
    if (pushback !== undefined) {
      fields = withPushback(fields, pushback.action.pushbackMs);
      pushback.plan.strike();
    }
    const missing = endStream ? stream.plan("missingTrailers") : undefined;
    missing?.plan.strike();
    stream.isAnswered = true;
    if (missing !== undefined && isTrailers) this.#wires.sendEnd("down", stream);
    else {
      const sent = missing === undefined ? fields : withoutStatus(fields);
      this.#wires.sendHeaders("down", stream, sent, { endStream, priority });
    }
    for (const done of [wrong, pushback, missing]) {
      if (done !== undefined) this.#wires.confirm("down", stream, done.plan);
    }
  }

  #passData(direction: Direction, stream: Http2Stream, frame: PlainFrame): void {
    const isLast = (frame.flags & FLAG.endStream) !== 0;
    stream.ended[direction] ||= isLast;
    if (stream.isMuted && direction === "up") {
      this.#wires.discard(direction, frame);
      // The stream itself lives on: its sender needs the credit to come to its end.
      if (!isLast && frame.payload.length > 0) {
        this.#wires.sendFrame("down", stream, FRAME.windowUpdate, 0, fourBytes(frame.payload.length));
      }
      return;
    }
    const body = dataOf(frame);
    const meter = stream.meter(direction);
    const hadWhole = meter.isWhole;
    if (body !== undefined) meter.take(body);
    if (body !== undefined && this.#truncates(direction, stream, frame, body.length)) return;
    const hasStrikeAtEnd = direction === "down" && isLast && awaits("response-end", stream);
    const hasStrikeNow = direction === "down" && !hadWhole && meter.isWhole &&
      awaits("first-message", stream);
    const isSplit = isLast && (hasStrikeAtEnd || hasStrikeNow);
    this.#wires.sendFrame(
      direction,
      stream,
      FRAME.data,
      isSplit ? frame.flags & ~FLAG.endStream : frame.flags,
      frame.payload,
    );
    if (hasStrikeNow && !strikeAt("first-message", stream, this.#wires)) return;
    if (hasStrikeAtEnd && !strikeAt("response-end", stream, this.#wires)) return;
    if (isSplit) this.#wires.sendEnd(direction, stream);
  }

  #truncates(direction: Direction, stream: Http2Stream, frame: PlainFrame, bodyBytes: number): boolean {
    const cut = stream.plan("truncatedMessage", (action) => action.direction === direction);
    const cutAt = cut === undefined ? undefined : stream.meter(direction).cutAt(bodyBytes, cut.action.bytes);
    if (cut === undefined || cutAt === undefined || cut.plan.isStruck) return false;
    cut.plan.strike();
    this.#wires.sendDataPart(direction, stream, frame, cutAt);
    if (cut.action.then === "rstStream") {
      // The target gets the same code here, so the stream must look over to whoever would tell it CANCEL.
      if (direction === "up") this.#wires.sendReset("up", stream, ERROR.internalError);
      this.#wires.sendReset("down", stream, ERROR.internalError);
      this.#wires.confirm("down", stream, cut.plan);
      if (direction === "up") stream.targetId = 0;
      this.#wires.kill(stream);
      return true;
    }
    this.#wires.sendEnd(direction, stream);
    this.#wires.confirm(direction, stream, cut.plan);
    if (direction === "up") stream.isMuted = true;
    else {
      if (!stream.ended.up) this.#wires.sendReset("down", stream, ERROR.noError);
      this.#wires.kill(stream);
    }
    return true;
  }

  #passPlain(direction: Direction, stream: Http2Stream, frame: PlainFrame): void {
    const { type, flags, payload } = frame;
    if (type === FRAME.windowUpdate && payload.length === 4) {
      const source = direction === "up" ? "client" : "server";
      const stopped = stream.plan("stoppedFlowControl", ({ from }) => from === source);
      if (stopped !== undefined) {
        stopped.plan.strike();
        stopped.plan.confirm();
        stream.withheld[direction] += new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0) &
          0x7fffffff;
        return;
      }
    }
    if (type === FRAME.rstStream && stream.idTowards(direction) === 0) return;
    this.#wires.sendFrame(direction, stream, type, flags, payload);
  }
}

function isGrpc(frame: HeadersFrame): boolean {
  return frame.fields.some(([name, value]) =>
    name === "content-type" && value.startsWith("application/grpc")
  );
}

/** 1xx: another answer follows. */
function isInterim(frame: HeadersFrame): boolean {
  return frame.fields.some(([name, value]) => name === ":status" && value.startsWith("1"));
}
