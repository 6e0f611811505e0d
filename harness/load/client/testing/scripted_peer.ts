/** A server that says what a test tells it to, frame by frame, and shows what it is sent. */
import { CLIENT_PREFACE, FLAG, FRAME, frame, headersFrames, settingsFrame } from "../../../wire/frame.ts";
import { FrameReader } from "../../../wire/frame_reader.ts";
import { HpackDecoder } from "../../../wire/hpack/decoder.ts";
import { encodeHeaders } from "../../../wire/hpack/encoder.ts";
import type { HeaderField } from "../../../wire/hpack/header_field.ts";

/** A frame that the client has sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

/** One connection as its server sees it. */
export class ScriptedPeer implements AsyncDisposable {
  /** All frames that came, in order. */
  readonly frames: SentFrame[] = [];
  /** The client's preface, as it came. */
  preface: Uint8Array = new Uint8Array(0);
  /** Done when the client has ended its direction, or the connection. */
  readonly ended: Promise<void>;
  readonly #connection: Deno.Conn;
  readonly #decoder = new HpackDecoder();
  readonly #heads = new Map<SentFrame, readonly HeaderField[]>();
  #taken = 0;
  #wake: (() => void)[] = [];
  #hasEnded = false;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.ended = this.#read();
  }

  /** Sends bytes; what the client takes no more is nobody's loss. */
  async send(...pieces: Uint8Array[]): Promise<void> {
    const bytes = new Uint8Array(pieces.flatMap((piece) => [...piece]));
    try {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    } catch {
      // the test looks at what the client did
    }
  }

  /** The next frame of that type, whatever comes before it; rejects when the client ends without. */
  async next(type: number): Promise<SentFrame> {
    for (;;) {
      while (this.#taken < this.frames.length) {
        const sent = this.frames[this.#taken++]!;
        if (sent.type === type) return sent;
      }
      if (this.#hasEnded) {
        const types = this.frames.map((each) => each.type);
        throw new Error(`expected a frame of type ${type}; the client ended after frames of types ${types}`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The next request's identifier and header list. */
  async request(): Promise<{ id: number; fields: readonly HeaderField[] }> {
    const head = await this.next(FRAME.headers);
    return { id: head.id, fields: this.#heads.get(head)! };
  }

  /** Ends the connection. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // closed already
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended;
  }

  async #read(): Promise<void> {
    const reader = new FrameReader((type, flags, id, bytes, start, end) => {
      const sent = { type, flags, id, payload: bytes.slice(start, end) };
      this.frames.push(sent);
      // Blocks of tests are never so long that they need CONTINUATION, unless the test puts them together itself.
      if (type === FRAME.headers && (flags & FLAG.endHeaders) !== 0) {
        this.#heads.set(sent, this.#decoder.decode(sent.payload));
      }
    }, 1 << 24);
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let length = 0; length !== null;) {
        this.#take(reader, buffer.subarray(0, length));
        length = (await this.#connection.read(buffer))!;
      }
    } catch {
      // reset, or closed by the test
    }
    this.#hasEnded = true;
    this.#wakeAll();
    this.close();
  }

  #take(reader: FrameReader, bytes: Uint8Array): void {
    const lacking = CLIENT_PREFACE.length - this.preface.length;
    if (lacking > 0) this.preface = Uint8Array.of(...this.preface, ...bytes.subarray(0, lacking));
    reader.push(bytes.slice(Math.min(lacking, bytes.length)));
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** HEADERS of an answer. */
export function answer(id: number, fields: readonly HeaderField[], endStream = false): Uint8Array {
  return headersFrames(id, encodeHeaders(fields), endStream);
}

/** DATA of an answer. */
export function data(id: number, bytes: Uint8Array | string, endStream = false): Uint8Array {
  const payload = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return frame(FRAME.data, endStream ? FLAG.endStream : 0, id, payload);
}

/** SETTINGS without any setting. */
export const NO_SETTINGS: Uint8Array = settingsFrame([]);
