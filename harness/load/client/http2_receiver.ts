import { ERROR, FLAG, FRAME } from "../../wire/frame.ts";
import { HpackDecoder } from "../../wire/hpack/decoder.ts";
import { Http2Error } from "../../wire/http2_error.ts";
import { checkPing, checkPriority, numberOf } from "./control_frames.ts";
import { HeaderBlocks } from "./header_blocks.ts";
import type { Http2Sender } from "./http2_sender.ts";
import { type Http2Stream, STREAM_STATE } from "./http2_stream.ts";
import type { Output } from "./output.ts";
import { appliedSettings } from "./peer_settings.ts";
import { ResetStreams } from "./reset_streams.ts";
import { factsOf } from "./response_facts.ts";

/** Windows that we gave the peer. */
export interface ReceiveWindows {
  readonly connectionBytes: number;
  readonly streamBytes: number;
}

/** What concerns the connection as a whole. */
export interface ReceiverEvents {
  /** The peer's SETTINGS were taken. */
  onSettings(): void;
  /** Wants the acknowledgement of SETTINGS and the answer of a PING sent. */
  answer(frameType: number, payload: Uint8Array): void;
  onPingAnswered(): void;
  onGoaway(lastStreamId: number, code: number, debug: string): void;
}

/** The client's incoming half: from frames to what streams are told. Bound to the order of RFC 9113, section 5.1. */
export class Http2Receiver {
  readonly resetStreams: ResetStreams = new ResetStreams();
  readonly #sender: Http2Sender;
  readonly #output: Output;
  readonly #windows: ReceiveWindows;
  readonly #events: ReceiverEvents;
  readonly #decoder: HpackDecoder = new HpackDecoder();
  readonly #blocks: HeaderBlocks = new HeaderBlocks((id, endStream, bytes, start, end) =>
    this.#block(id, endStream, bytes, start, end)
  );
  #hasSettings = false;
  #uncreditedBytes = 0;

  /** @param windows As they were announced. */
  constructor(sender: Http2Sender, output: Output, windows: ReceiveWindows, events: ReceiverEvents) {
    this.#sender = sender;
    this.#output = output;
    this.#windows = windows;
    this.#events = events;
  }

  /**
   * Takes a frame.
   *
   * @throws {Http2Error} When the connection is to be ended with its code. What concerns one stream alone ends that.
   */
  frame(type: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#blocks.openId !== 0 && type !== FRAME.continuation) {
      throw new Http2Error(ERROR.protocolError, `a frame of type ${type} inside of a header block`);
    }
    if (!this.#hasSettings && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      throw new Http2Error(ERROR.protocolError, `a frame of type ${type} before the peer's SETTINGS`);
    }
    switch (type) {
      case FRAME.data:
        return this.#data(flags, id, bytes, start, end);
      case FRAME.headers:
        this.#checkBegun(type, id);
        return this.#blocks.headers(flags, id, bytes, start, end);
      case FRAME.continuation:
        return this.#blocks.continuation(flags, id, bytes, start, end);
      case FRAME.rstStream:
        return this.#rstStream(id, bytes, start, end);
      case FRAME.windowUpdate:
        return this.#windowUpdate(id, bytes, start, end);
      case FRAME.settings:
        return this.#settings(flags, id, bytes, start, end);
      case FRAME.ping:
        checkPing(id, start, end);
        if ((flags & FLAG.ack) === 0) this.#events.answer(FRAME.ping, bytes.slice(start, end));
        else this.#events.onPingAnswered();
        return;
      case FRAME.goaway:
        return this.#goaway(id, bytes, start, end);
      case FRAME.pushPromise:
        throw new Http2Error(ERROR.protocolError, "PUSH_PROMISE, which our SETTINGS forbid");
      case FRAME.priority:
        return this.#priority(id, start, end);
    }
    // Frames of other types are ignored (section 4.1).
  }

  /** Ends a stream because of what its peer did. */
  endMalformed(stream: Http2Stream, code: number, why: string): void {
    const { id } = stream;
    this.#sender.remove(stream);
    this.#output.addNumber(FRAME.rstStream, id, code);
    this.resetStreams.add(id);
    stream.onReset(code, "us", true, why);
  }

  #block(id: number, endStream: boolean, bytes: Uint8Array, start: number, end: number): void {
    // Always, also for a stream that is over: the table of the decoder must not miss a block.
    const fields = this.#decoder.decode(bytes, start, end);
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) return this.#afterEnd(FRAME.headers, id, endStream);
    const facts = factsOf(fields);
    if (facts.fault !== "") return this.#malformed(stream, facts.fault);
    if (stream.hasFinalHead) {
      if (facts.status !== 0) return this.#malformed(stream, ":status in trailers");
      if (!endStream) return this.#malformed(stream, "trailers without END_STREAM");
      if (stream.contentRestBytes > 0) return this.#short(stream);
      stream.onTrailers(fields, facts);
      if (stream.id === id && stream.state === STREAM_STATE.open) this.#end(stream);
      return;
    }
    const { status, contentLength } = facts;
    if (status === 0) return this.#malformed(stream, "an answer without :status");
    if (status < 200) {
      if (endStream) return this.#malformed(stream, `an interim answer ${status} with END_STREAM`);
      return stream.onInformational(fields);
    }
    stream.hasFinalHead = true;
    if (contentLength >= 0 && !stream.isHeadRequest && status !== 204 && status !== 304) {
      stream.contentRestBytes = contentLength;
      if (endStream && contentLength > 0) return this.#short(stream);
    }
    stream.onHeaders(fields, facts, endStream);
    if (endStream && stream.id === id && stream.state === STREAM_STATE.open) this.#end(stream);
  }

  #data(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    this.#checkBegun(FRAME.data, id);
    this.#creditConnection(end - start);
    let from = start;
    let to = end;
    if ((flags & FLAG.padded) !== 0) {
      from = start + 1;
      to = start === end ? -1 : end - bytes[start]!;
      if (from > to) {
        throw new Http2Error(ERROR.protocolError, `DATA of ${end - start} bytes is shorter than its padding`);
      }
    }
    const endStream = (flags & FLAG.endStream) !== 0;
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) return this.#afterEnd(FRAME.data, id, endStream);

    stream.uncreditedBytes += end - start;
    const windowBytes = this.#windows.streamBytes;
    if (stream.uncreditedBytes > windowBytes) {
      return this.endMalformed(
        stream,
        ERROR.flowControlError,
        `more than ${windowBytes} bytes on one stream`,
      );
    }
    if (!stream.hasFinalHead) return this.#malformed(stream, "DATA before the head of the answer");
    if (stream.contentRestBytes >= 0) {
      stream.contentRestBytes -= to - from;
      if (stream.contentRestBytes < 0) {
        return this.#malformed(stream, "more content than content-length says");
      }
      if (endStream && stream.contentRestBytes > 0) return this.#short(stream);
    }
    if (to > from) stream.onData(bytes, from, to);
    if (stream.id !== id || stream.state !== STREAM_STATE.open) return;
    if (endStream) return this.#end(stream);
    if (stream.uncreditedBytes >= windowBytes / 2) {
      this.#output.addNumber(FRAME.windowUpdate, id, stream.uncreditedBytes);
      stream.uncreditedBytes = 0;
    }
  }

  #rstStream(id: number, bytes: Uint8Array, start: number, end: number): void {
    this.#checkBegun(FRAME.rstStream, id);
    const code = numberOf(FRAME.rstStream, bytes, start, end);
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) return this.resetStreams.delete(id);
    this.#sender.remove(stream);
    stream.onReset(code, "peer", code !== ERROR.refusedStream, "RST_STREAM");
  }

  #windowUpdate(id: number, bytes: Uint8Array, start: number, end: number): void {
    const growthBytes = numberOf(FRAME.windowUpdate, bytes, start, end) & 0x7fffffff;
    if (id === 0) {
      if (growthBytes === 0) throw new Http2Error(ERROR.protocolError, "a WINDOW_UPDATE of 0");
      return this.#sender.addWindow(undefined, growthBytes);
    }
    this.#checkBegun(FRAME.windowUpdate, id);
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) return;
    if (growthBytes === 0) return this.#malformed(stream, "a WINDOW_UPDATE of 0");
    try {
      this.#sender.addWindow(stream, growthBytes);
    } catch (error) {
      if (!(error instanceof Http2Error) || error.streamId !== id) throw error;
      this.endMalformed(stream, error.code, error.message);
    }
  }

  #settings(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id !== 0) throw new Http2Error(ERROR.protocolError, `SETTINGS on stream ${id}`);
    if ((flags & FLAG.ack) !== 0) {
      if (start === end) return;
      throw new Http2Error(ERROR.frameSizeError, `an acknowledgement of SETTINGS has ${end - start} bytes`);
    }
    const settings = appliedSettings(this.#sender.peer, bytes, start, end);
    this.#hasSettings = true;
    this.#events.answer(FRAME.settings, new Uint8Array(0));
    this.#sender.applySettings(settings);
    this.#events.onSettings();
  }

  #goaway(id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id !== 0) throw new Http2Error(ERROR.protocolError, `GOAWAY on stream ${id}`);
    if (end - start < 8) throw new Http2Error(ERROR.frameSizeError, `GOAWAY has ${end - start} bytes`);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const debug = new TextDecoder().decode(bytes.subarray(start + 8, end));
    this.#events.onGoaway(view.getUint32(start) & 0x7fffffff, view.getUint32(start + 4), debug);
  }

  #priority(id: number, start: number, end: number): void {
    const error = checkPriority(id, start, end);
    if (error === undefined) return;
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) throw error;
    this.endMalformed(stream, error.code, error.message);
  }

  /** Complete: what is left of the request interests nobody (section 8.1). */
  #end(stream: Http2Stream): void {
    const { id, isSendDone } = stream;
    this.#sender.remove(stream);
    if (!isSendDone) {
      this.#output.addNumber(FRAME.rstStream, id, ERROR.noError);
      this.resetStreams.add(id);
    }
    stream.onEnd();
  }

  #malformed(stream: Http2Stream, found: string): void {
    this.endMalformed(stream, ERROR.protocolError, `expected an answer by RFC 9113, found ${found}`);
  }

  #short(stream: Http2Stream): void {
    this.#malformed(stream, `an end with ${stream.contentRestBytes} bytes of content-length to come`);
  }

  /** HEADERS or DATA on a stream that is over. */
  #afterEnd(type: number, id: number, endStream: boolean): void {
    if (this.resetStreams.has(id)) {
      if (endStream) this.resetStreams.delete(id);
      return;
    }
    if (type === FRAME.headers) {
      throw new Http2Error(ERROR.streamClosed, `HEADERS on stream ${id}, which had ended`);
    }
    this.#output.addNumber(FRAME.rstStream, id, ERROR.streamClosed);
    this.resetStreams.add(id);
  }

  /** A server may only speak on streams that we have begun. */
  #checkBegun(type: number, id: number): void {
    if ((id & 1) === 1 && id < this.#sender.nextId) return;
    throw new Http2Error(ERROR.protocolError, `a frame of type ${type} on stream ${id}, which was not begun`);
  }

  #creditConnection(bytes: number): void {
    this.#uncreditedBytes += bytes;
    const windowBytes = this.#windows.connectionBytes;
    if (this.#uncreditedBytes > windowBytes) {
      throw new Http2Error(
        ERROR.flowControlError,
        `${this.#uncreditedBytes} bytes of DATA, expected at most ${windowBytes}`,
      );
    }
    if (this.#uncreditedBytes < windowBytes / 2) return;
    this.#output.addNumber(FRAME.windowUpdate, 0, this.#uncreditedBytes);
    this.#uncreditedBytes = 0;
  }
}
