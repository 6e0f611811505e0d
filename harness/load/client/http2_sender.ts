import {
  ERROR,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  headersFrames,
  MAX_WINDOW_BYTES,
  writeFrameHeader,
} from "../../wire/frame.ts";
import { Http2Error } from "../../wire/http2_error.ts";
import { type Http2Stream, STREAM_STATE } from "./http2_stream.ts";
import type { Output } from "./output.ts";
import { INITIAL_PEER_SETTINGS, type PeerSettings } from "./peer_settings.ts";
import { RequestTemplate } from "./request_template.ts";
import { StreamTable } from "./stream_table.ts";

/** Content beyond this waits outside of the output buffer. */
const HIGH_WATER_BYTES = 1 << 20;
const LAST_STREAM_ID = 0x7fffffff;
/** HPACK's "the dynamic table has 0 bytes from here on": the answer to a peer that made it smaller than its default. */
const EMPTY_TABLE = 0x20;

/** The client's outgoing half: identifiers, the queue of requests beyond the peer's limit, and flow control. */
export class Http2Sender {
  readonly streams: StreamTable = new StreamTable();
  /** What the peer allows; changed by {@linkcode applySettings} alone. */
  peer: PeerSettings = INITIAL_PEER_SETTINGS;
  /** Identifier of the next stream. */
  nextId: number;
  readonly #output: Output;
  /** How much content the peer takes yet on all streams together. */
  #windowBytes: number = INITIAL_PEER_SETTINGS.initialWindowBytes;
  #queue: (Http2Stream | undefined)[] = [];
  #queueAt = 0;
  #queued = 0;
  /** Streams whose content has not all gone into frames. */
  #withContent: Http2Stream[] = [];
  #isPumping = false;
  /** Begun since the last write. */
  #begun: Http2Stream[] = [];
  #mustEmptyTable = false;
  #hasEmptiedTable = false;
  #template: RequestTemplate | undefined;
  #lastHead: Uint8Array | undefined;
  #lastBody: Uint8Array | undefined;

  /** @param firstStreamId Odd. */
  constructor(output: Output, firstStreamId: number) {
    this.#output = output;
    this.nextId = firstStreamId;
  }

  /** Requests that wait for their turn. */
  get queued(): number {
    return this.#queued;
  }

  /** Whether the identifiers are used up by what is open and queued. */
  get isExhausted(): boolean {
    return this.nextId + 2 * this.#queued > LAST_STREAM_ID;
  }

  /** Begins a request, or queues it. */
  request(stream: Http2Stream, head: Uint8Array, body: Uint8Array | undefined, endStream: boolean): void {
    if (this.streams.size < this.peer.maxConcurrentStreams && this.#queued === 0) {
      return this.#begin(stream, head, body, endStream);
    }
    stream.state = STREAM_STATE.queued;
    stream.head = head;
    stream.pending = body === undefined || body.length === 0 ? undefined : [body];
    stream.isSendEnding = endStream;
    this.#queue.push(stream);
    this.#queued++;
  }

  /** Adds content to what an open or queued stream has to send. */
  sendData(stream: Http2Stream, bytes: Uint8Array, endStream: boolean): void {
    if (bytes.length > 0) (stream.pending ??= []).push(bytes);
    stream.isSendEnding = endStream;
    if (stream.state === STREAM_STATE.open) this.#list(stream);
  }

  /** Forgets a stream that is open or queued, and lets the next one of the queue begin. */
  remove(stream: Http2Stream): void {
    if (stream.state === STREAM_STATE.open) this.streams.delete(stream.id);
    else {
      this.#queue[this.#queue.indexOf(stream, this.#queueAt)] = undefined;
      this.#queued--;
    }
    stream.state = STREAM_STATE.ended;
    stream.pending = undefined;
    stream.head = undefined;
    if (stream.isListed) {
      stream.isListed = false;
      this.#withContent.splice(this.#withContent.indexOf(stream), 1);
    }
    if (this.#queued > 0) this.promote();
  }

  /** Takes the next stream out of the queue without beginning it; undefined when it is empty. */
  takeQueued(): Http2Stream | undefined {
    while (this.#queueAt < this.#queue.length) {
      const stream = this.#queue[this.#queueAt++];
      if (stream === undefined) continue;
      this.#queued--;
      return stream;
    }
    this.#queue = [];
    this.#queueAt = 0;
    return undefined;
  }

  /** Begins queued requests as far as the peer's limit allows. */
  promote(): void {
    while (this.#queued > 0 && this.streams.size < this.peer.maxConcurrentStreams) {
      const stream = this.takeQueued()!;
      const { head, pending, isSendEnding } = stream;
      stream.head = undefined;
      stream.pending = undefined;
      const [first, ...others] = pending ?? [];
      this.#begin(stream, head!, first, isSendEnding && others.length === 0);
      for (const [index, bytes] of others.entries()) {
        this.sendData(stream, bytes, isSendEnding && index === others.length - 1);
      }
    }
  }

  /**
   * Takes the peer's SETTINGS: a change of the initial window is one of all open streams too (section 6.9.2).
   *
   * @throws {Http2Error} FLOW_CONTROL_ERROR when a window becomes too large.
   */
  applySettings(settings: PeerSettings): void {
    const growthBytes = settings.initialWindowBytes - this.peer.initialWindowBytes;
    if (growthBytes !== 0) {
      for (const stream of this.streams.all()) {
        stream.sendWindowBytes = grown(stream.sendWindowBytes, growthBytes, stream.id, 0);
      }
    }
    if (settings.headerTableBytes < INITIAL_PEER_SETTINGS.headerTableBytes && !this.#hasEmptiedTable) {
      this.#mustEmptyTable = true;
    }
    this.peer = settings;
    this.#template = undefined;
    this.promote();
    this.pump();
  }

  /**
   * Takes a WINDOW_UPDATE.
   *
   * @param stream Undefined for the connection.
   * @throws {Http2Error} FLOW_CONTROL_ERROR, with the stream's identifier, when the window becomes too large.
   */
  addWindow(stream: Http2Stream | undefined, bytes: number): void {
    if (stream === undefined) this.#windowBytes = grown(this.#windowBytes, bytes, 0, 0);
    else stream.sendWindowBytes = grown(stream.sendWindowBytes, bytes, stream.id, stream.id);
    this.pump();
  }

  /** Writes what was collected, unless a write is on its way. That is the moment in which what was begun is sent. */
  flush(): void {
    if (this.#output.isWriting || this.#output.at === 0) return;
    if (this.#begun.length > 0) {
      const now = performance.now();
      for (const stream of this.#begun) if (stream.id !== 0) stream.sentT = now;
      this.#begun.length = 0;
    }
    this.#output.flush();
  }

  /** Puts content into frames as far as windows and output allow, a frame of each stream in turn. */
  pump(): void {
    // onDrain may send more, and so come here again.
    if (this.#withContent.length === 0 || this.#isPumping) return;
    this.#isPumping = true;
    try {
      for (let hasMoved = true; hasMoved;) {
        hasMoved = false;
        for (const stream of [...this.#withContent]) {
          if (this.#output.at > HIGH_WATER_BYTES) return;
          if (stream.isListed && this.#sendFrame(stream)) hasMoved = true;
        }
      }
    } finally {
      this.#isPumping = false;
    }
  }

  #begin(stream: Http2Stream, head: Uint8Array, body: Uint8Array | undefined, endStream: boolean): void {
    const id = this.nextId;
    this.nextId += 2;
    stream.id = id;
    stream.state = STREAM_STATE.open;
    stream.sendWindowBytes = this.peer.initialWindowBytes;
    this.streams.add(stream);
    this.#begun.push(stream);
    const bodyBytes = body === undefined ? 0 : body.length;
    if (
      endStream && bodyBytes <= this.#windowBytes && bodyBytes <= stream.sendWindowBytes &&
      this.#writeTemplate(id, head, body)
    ) {
      this.#windowBytes -= bodyBytes;
      stream.sendWindowBytes -= bodyBytes;
      stream.isSendDone = true;
      return;
    }
    const isAll = endStream && bodyBytes === 0;
    this.#output.add(headersFrames(id, this.#headBlock(head), isAll, this.peer.maxFrameBytes));
    stream.isSendDone = isAll;
    if (bodyBytes > 0) stream.pending = [body!];
    stream.isSendEnding = endStream;
    if (!isAll) this.#list(stream);
  }

  /** The frames of a request that comes again and again are made once. @returns Whether it was one. */
  #writeTemplate(id: number, head: Uint8Array, body: Uint8Array | undefined): boolean {
    if (this.#lastHead !== head || this.#lastBody !== body) {
      this.#lastHead = head;
      this.#lastBody = body;
      this.#template = undefined;
      return false;
    }
    if (this.#mustEmptyTable) return false;
    this.#template ??= RequestTemplate.of(head, body, this.peer.maxFrameBytes);
    if (this.#template === undefined) return false;
    this.#template.write(this.#output, id);
    return true;
  }

  #headBlock(head: Uint8Array): Uint8Array {
    if (!this.#mustEmptyTable) return head;
    this.#mustEmptyTable = false;
    this.#hasEmptiedTable = true;
    const block = new Uint8Array(head.length + 1);
    block[0] = EMPTY_TABLE;
    block.set(head, 1);
    return block;
  }

  #list(stream: Http2Stream): void {
    if (stream.isListed || stream.isSendDone) return;
    if (stream.pending === undefined && !stream.isSendEnding) return;
    stream.isListed = true;
    this.#withContent.push(stream);
    this.pump();
  }

  /** One DATA frame. @returns Whether there was room for one. */
  #sendFrame(stream: Http2Stream): boolean {
    const first = stream.pending?.[0];
    const roomBytes = Math.min(this.#windowBytes, stream.sendWindowBytes, this.peer.maxFrameBytes);
    const restBytes = first === undefined ? 0 : first.length - stream.pendingAt;
    const length = Math.min(restBytes, Math.max(0, roomBytes));
    if (length === 0 && restBytes > 0) return false;
    const isLastPiece = length === restBytes && (stream.pending === undefined || stream.pending.length === 1);
    const isEnd = isLastPiece && stream.isSendEnding;

    this.#output.reserve(FRAME_HEADER_BYTES + length);
    const { buffer, at } = this.#output;
    writeFrameHeader(buffer, at, length, FRAME.data, isEnd ? FLAG.endStream : 0, stream.id);
    if (first !== undefined) {
      buffer.set(first.subarray(stream.pendingAt, stream.pendingAt + length), at + FRAME_HEADER_BYTES);
    }
    this.#output.at = at + FRAME_HEADER_BYTES + length;
    this.#windowBytes -= length;
    stream.sendWindowBytes -= length;
    stream.pendingAt += length;
    if (length === restBytes) {
      stream.pending?.shift();
      stream.pendingAt = 0;
    }
    if (isLastPiece) {
      stream.pending = undefined;
      stream.isSendDone = isEnd;
      stream.isListed = false;
      this.#withContent.splice(this.#withContent.indexOf(stream), 1);
      if (!isEnd) stream.onDrain();
    }
    return true;
  }
}

function grown(windowBytes: number, growthBytes: number, streamId: number, errorStreamId: number): number {
  const sum = windowBytes + growthBytes;
  if (sum <= MAX_WINDOW_BYTES) return sum;
  throw new Http2Error(
    ERROR.flowControlError,
    `the window of stream ${streamId} grew to ${sum} bytes, expected at most ${MAX_WINDOW_BYTES}`,
    errorStreamId,
  );
}
