import { errorText } from "../../model/error_text.ts";
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ERROR,
  ERROR_NAMES,
  FLAG,
  FRAME,
  frame,
  goawayFrame,
  pingFrame,
} from "../../wire/frame.ts";
import { FrameReader } from "../../wire/frame_reader.ts";
import { Http2Error } from "../../wire/http2_error.ts";
import type { ConnectionEnd, Http2ConnectionOptions } from "./connection_options.ts";
import { greeting } from "./greeting.ts";
import { Http2Receiver } from "./http2_receiver.ts";
import { Http2Sender } from "./http2_sender.ts";
import { type Http2Stream, STREAM_STATE } from "./http2_stream.ts";
import { Output } from "./output.ts";
import type { PeerSettings } from "./peer_settings.ts";
import type { Transport } from "./transport.ts";
import { TransportEnd } from "./transport_end.ts";

const READ_BYTES = 256 * 1024;
/** Answers (to PING, SETTINGS) that a peer may make us hold by not reading. */
const MAX_UNREAD_ANSWERS = 10_000;

/**
 * The client's end of an HTTP/2 connection (RFC 9113), below the level of any library, so that a request costs little
 * and everything that goes over the wire is known. Nothing is written before `flush`, or the end of the batch of frames
 * that is being read.
 */
export class Http2Connection {
  /** The peer's SETTINGS came; rejects when the connection ends before. */
  readonly ready: Promise<void>;
  /** The connection is over, its transport closed. Never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  /** `performance.now()` when the batch of frames was read that is being handed out. */
  receivedT = 0;
  readonly #transport: Transport;
  readonly #transportEnd: TransportEnd;
  readonly #output: Output;
  readonly #sender: Http2Sender;
  readonly #receiver: Http2Receiver;
  readonly #reader: FrameReader;
  readonly #onBatch: () => void;
  /** Who waits for the answer of a PING, in the order of sending. */
  readonly #pings: ((answeredT: number) => void)[] = [];
  readonly #settleReady = Promise.withResolvers<void>();
  readonly #settleEnded = Promise.withResolvers<ConnectionEnd>();
  #end: ConnectionEnd | undefined;
  /** After an error our last words must reach the peer: what it sends meanwhile is read and dropped. */
  #isLingering = false;
  #isClosing = false;
  /** The transport takes no more, and has not ended yet. */
  #isBroken = false;
  #goaway: { lastStreamId: number; code: number; debug: string } | undefined;
  #unreadAnswers = 0;

  /**
   * Sends preface and SETTINGS at once; requests need not wait for the peer's.
   *
   * @param transport Connected; closed when the connection ends.
   */
  constructor(transport: Transport, options: Http2ConnectionOptions = {}) {
    const { streamWindowBytes = 16 << 20, connectionWindowBytes = 1 << 30 } = options;
    const { maxFrameBytes = DEFAULT_MAX_FRAME_BYTES, firstStreamId = 1 } = options;
    this.ready = this.#settleReady.promise;
    this.ready.catch(() => {}); // asked for by those alone who wait for it
    this.ended = this.#settleEnded.promise;
    this.#onBatch = options.onBatch ?? (() => {});
    this.#transport = transport;
    this.#transportEnd = new TransportEnd(
      transport,
      () => this.#settleEnded.resolve(this.#end ?? { code: -1, by: "us", why: "closed" }),
    );
    this.#output = new Output(transport, () => this.#written(), (error) => this.#broken(error));
    this.#sender = new Http2Sender(this.#output, firstStreamId);
    const windows = {
      streamBytes: Math.max(streamWindowBytes, DEFAULT_WINDOW_BYTES),
      connectionBytes: Math.max(connectionWindowBytes, DEFAULT_WINDOW_BYTES),
    };
    this.#receiver = new Http2Receiver(this.#sender, this.#output, windows, {
      onSettings: () => this.#settleReady.resolve(),
      answer: (type, payload) => this.#answer(type, payload),
      onPingAnswered: () => this.#pings.shift()?.(this.receivedT),
      onGoaway: (lastStreamId, code, debug) => this.#takeGoaway(lastStreamId, code, debug),
    });
    this.#reader = new FrameReader((type, flags, id, bytes, start, end) => {
      if (this.#end === undefined) this.#receiver.frame(type, flags, id, bytes, start, end);
    }, maxFrameBytes);
    this.#output.add(greeting(windows, maxFrameBytes));
    this.flush();
    this.#read();
  }

  /** Whether it takes requests. */
  get isOpen(): boolean {
    return this.#end === undefined && this.#goaway === undefined && !this.#isClosing &&
      !this.#isBroken && !this.#sender.isExhausted;
  }

  /** Requests that are open or queued. */
  get streams(): number {
    return this.#sender.streams.size + this.#sender.queued;
  }

  /** What the peer allows. */
  get peer(): PeerSettings {
    return this.#sender.peer;
  }

  /**
   * Begins a request, or queues it behind the peer's limit of concurrent streams.
   *
   * @param stream A record that is free.
   * @param head Header block, see `encodeHeaders`; the array must not change.
   * @param body Content, or its beginning; the array must not change while the stream is open.
   * @param endStream Whether that is all.
   * @returns False when the connection takes no requests: the stream is told nothing.
   */
  request(stream: Http2Stream, head: Uint8Array, body?: Uint8Array, endStream = true): boolean {
    if (!this.isOpen) return false;
    stream.reset();
    this.#sender.request(stream, head, body, endStream);
    return true;
  }

  /** Adds content to an open or queued request whose end was not yet given; ignored when it has ended. */
  sendData(stream: Http2Stream, bytes: Uint8Array, endStream: boolean): void {
    if (isLive(stream) && !stream.isSendEnding) this.#sender.sendData(stream, bytes, endStream);
  }

  /** Ends a request: it is told nothing more. Ignored when it has ended. */
  cancel(stream: Http2Stream, code: number = ERROR.cancel): void {
    if (!isLive(stream)) return;
    if (stream.state === STREAM_STATE.open) {
      this.#output.addNumber(FRAME.rstStream, stream.id, code);
      this.#receiver.resetStreams.add(stream.id);
    }
    this.#sender.remove(stream);
    this.#endWhenDone();
  }

  /** Writes what has been collected. */
  flush(): void {
    this.#sender.flush();
  }

  /** @returns How long the peer took to answer, in milliseconds; rejects when the connection ends before. */
  async ping(): Promise<number> {
    const sentT = performance.now();
    this.#output.add(pingFrame(new Uint8Array(8), false));
    this.flush();
    const answered = new Promise<number>((resolve) => this.#pings.push(resolve));
    const end = this.ended.then(({ why }) => {
      throw new Error(`Cannot ping as the connection must be open: ${why}`);
    });
    return await Promise.race([answered, end]) - sentT;
  }

  /** Takes no more requests, waits for those that there are, and ends the connection. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#endWhenDone();
    await this.ended;
  }

  /** Ends the connection at once, and with it all requests. */
  destroy(why = "the client was closed"): void {
    this.#finish({ code: -1, by: "us", why }, ERROR.noError);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const length = await this.#transport.read(buffer);
        if (length === null) break;
        if (this.#end === undefined) this.#take(buffer, length);
      }
      this.#lost("the peer closed the connection");
    } catch (error) {
      this.#lost(errorText(error));
    }
    this.#transportEnd.close();
  }

  #take(buffer: Uint8Array, length: number): void {
    this.receivedT = performance.now();
    try {
      this.#reader.push(buffer, length);
      this.#onBatch();
    } catch (error) {
      if (error instanceof Http2Error) return this.#fail(error);
      this.#fail(new Http2Error(ERROR.internalError, errorText(error)));
      // A bug of ours or of a handler, which has to be seen: as an error that nobody caught.
      return reportError(error);
    }
    this.flush();
    this.#endWhenDone();
  }

  #answer(type: number, payload: Uint8Array): void {
    if (++this.#unreadAnswers > MAX_UNREAD_ANSWERS) {
      throw new Http2Error(
        ERROR.enhanceYourCalm,
        `${this.#unreadAnswers} frames want answers that nobody reads`,
      );
    }
    this.#output.add(frame(type, FLAG.ack, 0, payload));
  }

  #takeGoaway(lastStreamId: number, code: number, debug: string): void {
    if (this.#goaway !== undefined && lastStreamId > this.#goaway.lastStreamId) {
      throw new Http2Error(
        ERROR.protocolError,
        `GOAWAY raised its last stream from ${this.#goaway.lastStreamId} to ${lastStreamId}`,
      );
    }
    this.#goaway = { lastStreamId, code, debug };
    const why = `GOAWAY ${ERROR_NAMES[code] ?? code}${debug === "" ? "" : `: ${debug}`}`;
    this.#resetQueue(code, why);
    for (const { id } of this.#sender.streams.all()) {
      if (id > lastStreamId) this.#resetStream(id, code, false, why);
    }
  }

  #fail(error: Http2Error): void {
    this.#isLingering = true;
    this.#finish({ code: error.code, by: "us", why: error.message }, error.code);
  }

  #lost(why: string): void {
    const { code = 0, debug = "" } = this.#goaway ?? {};
    const said = this.#goaway === undefined ? "" : `, after GOAWAY ${ERROR_NAMES[code] ?? code} ${debug}`;
    this.#finish({ code: code === ERROR.noError ? -1 : code, by: "peer", why: `${why}${said}` }, undefined);
  }

  /** The transport takes no more. What the peer said before that is still read. */
  #broken(error: unknown): void {
    if (this.#end !== undefined) return this.#transportEnd.close();
    this.#isBroken = true;
    this.#transportEnd.closeLater(() => this.#lost(errorText(error)));
  }

  #endWhenDone(): void {
    if (this.#end !== undefined || this.streams > 0) return;
    if (this.#isClosing) this.destroy();
    else if (this.#goaway !== undefined) {
      const { code, debug } = this.#goaway;
      this.#finish({ code, by: "peer", why: `GOAWAY ${ERROR_NAMES[code] ?? code} ${debug}`.trim() }, 0);
    }
  }

  /** @param goawayCode Told to the peer; undefined when it does not listen any more. */
  #finish(end: ConnectionEnd, goawayCode: number | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#settleReady.reject(new Error(`Cannot use the connection as it must be open: ${end.why}`));
    // The queue first: each stream that ends would let one of it begin.
    this.#resetQueue(end.code, end.why);
    for (const { id } of this.#sender.streams.all()) this.#resetStream(id, end.code, true, end.why);
    if (goawayCode === undefined) return;
    this.#output.add(goawayFrame(0, goawayCode, goawayCode === ERROR.noError ? "" : end.why));
    this.#transportEnd.closeLater();
    this.#output.flush();
  }

  #resetStream(id: number, code: number, mayBeProcessed: boolean, why: string): void {
    const stream = this.#sender.streams.get(id);
    if (stream === undefined) return; // a handler has cancelled it meanwhile
    this.#sender.remove(stream);
    stream.onReset(code, "connection", mayBeProcessed && !Number.isNaN(stream.sentT), why);
  }

  #resetQueue(code: number, why: string): void {
    for (let stream = this.#sender.takeQueued(); stream !== undefined; stream = this.#sender.takeQueued()) {
      stream.state = STREAM_STATE.ended;
      stream.onReset(code, "connection", false, why);
    }
  }

  #written(): void {
    this.#unreadAnswers = 0;
    if (this.#end === undefined) {
      this.#sender.pump();
      return this.flush();
    }
    if (this.#output.at > 0) return this.#output.flush();
    if (this.#isLingering) this.#transportEnd.closeWrite();
    else this.#transportEnd.close();
  }
}

function isLive(stream: Http2Stream): boolean {
  return stream.state === STREAM_STATE.open || stream.state === STREAM_STATE.queued;
}
