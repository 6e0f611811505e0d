/** HTTP/1.1 answers as bytes (RFC 9112), read only as far as a load generator must: status, length, what follows. */
import { Http1Error, readHead } from "./http1_head.ts";

const CR = 13;
const LF = 10;
/** Longest head, chunk line or trailer line. */
const LONGEST_LINE_BYTES = 65_536;

type State = "head" | "length" | "size" | "chunk" | "chunk end" | "trailer" | "to end" | "done";

/** One answer after another on a connection, however the bytes are sliced. */
export class Http1Answer {
  status = 0;
  /** Of the body, without chunk sizes. */
  bodyBytes = 0;
  /** Whether the connection may be used again after this answer. */
  isKeptAlive = true;
  #state: State = "head";
  #isHead = false;
  /** Of the body or the chunk. */
  #leftBytes = 0;
  #line = new Uint8Array(1024);
  #lineLength = 0;

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** @param isHead Whether the request was HEAD, whose answer has no body whatever its head says. */
  begin(isHead: boolean): void {
    this.status = 0;
    this.bodyBytes = 0;
    this.isKeptAlive = true;
    this.#state = "head";
    this.#isHead = isHead;
    this.#lineLength = 0;
  }

  /**
   * Takes bytes until they or the answer are at their end.
   *
   * @returns Where it stopped; below `end` only when the answer is done.
   * @throws {Http1Error} When the bytes are no answer.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state !== "done") {
      switch (this.#state) {
        case "head":
          at = this.#take(bytes, at, end);
          if (this.#endsHead()) this.#onHead();
          break;
        case "size":
        case "trailer":
        case "chunk end":
          at = this.#take(bytes, at, end);
          if (this.#line[this.#lineLength - 1] === LF) this.#onLine();
          break;
        default: {
          const taken = Math.min(end - at, this.#leftBytes);
          at += taken;
          this.bodyBytes += taken;
          this.#leftBytes -= taken;
          if (this.#leftBytes === 0) this.#state = this.#state === "chunk" ? "chunk end" : "done";
        }
      }
    }
    return at;
  }

  /** The connection ended. @returns Whether that ends the answer, too. */
  finish(): boolean {
    if (this.#state === "to end") this.#state = "done";
    return this.#state === "done";
  }

  /** Appends to the line until its LF. */
  #take(bytes: Uint8Array, start: number, end: number): number {
    const found = bytes.indexOf(LF, start);
    const stop = found === -1 || found >= end ? end : found + 1;
    const length = this.#lineLength + stop - start;
    if (length > LONGEST_LINE_BYTES) {
      throw new Http1Error(`a ${this.#state} of over ${LONGEST_LINE_BYTES} bytes`);
    }
    if (length > this.#line.length) {
      const longer = new Uint8Array(2 * length);
      longer.set(this.#line);
      this.#line = longer;
    }
    this.#line.set(bytes.subarray(start, stop), this.#lineLength);
    this.#lineLength = length;
    return stop;
  }

  #endsHead(): boolean {
    const line = this.#line;
    const at = this.#lineLength;
    return at >= 4 && line[at - 1] === LF && line[at - 2] === CR && line[at - 3] === LF &&
      line[at - 4] === CR;
  }

  #onHead(): void {
    const head = readHead(this.#line.subarray(0, this.#lineLength));
    this.#lineLength = 0;
    // 101 is the last answer of its kind: what follows is another protocol.
    if (head.status < 200 && head.status !== 101) return;
    this.status = head.status;
    this.isKeptAlive = head.isKeptAlive && head.status !== 101;
    if (this.#isHead || head.status < 200 || head.status === 204 || head.status === 304) this.#state = "done";
    else if (head.length === "chunked") this.#state = "size";
    else if (head.length === "to end") {
      this.#state = "to end";
      this.#leftBytes = Infinity;
      this.isKeptAlive = false;
    } else {
      this.#leftBytes = head.length;
      this.#state = head.length === 0 ? "done" : "length";
    }
  }

  #onLine(): void {
    const text = latin1(this.#line.subarray(0, this.#lineLength));
    this.#lineLength = 0;
    if (!text.endsWith("\r\n")) throw new Http1Error("a line that ends without CR");
    if (this.#state === "chunk end") {
      if (text !== "\r\n") throw new Http1Error("a chunk that is longer than its size");
      this.#state = "size";
    } else if (this.#state === "trailer") {
      if (text === "\r\n") this.#state = "done";
    } else {
      const [, size] = /^([0-9a-f]{1,13})[\t ]*(?:;.*)?\r\n$/i.exec(text) ?? [];
      if (size === undefined) throw new Http1Error("a chunk without a size");
      this.#leftBytes = parseInt(size, 16);
      this.#state = this.#leftBytes === 0 ? "trailer" : "chunk";
    }
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 256)) + (bytes.length > 256 ? "\r\n" : "");
}
