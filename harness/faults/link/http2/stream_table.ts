import type { Direction } from "../toxic.ts";
import { Http2Stream } from "./http2_stream.ts";
import type { RulePlan } from "./rule_book.ts";

/** Streams that the link ended are remembered, since frames of them may still be on their way. */
const REMEMBERED = 4096;

/**
 * The streams of a connection by the numbers of both sides. A stream has the same number on both sides unless its
 * request was held while a later one passed: numbers must go up (RFC 9113, section 5.1.1), so it gets a new one.
 */
export class StreamTable {
  /** Highest number that the caller has used. */
  lastId = 0;
  readonly #byId = new Map<number, Http2Stream>();
  /** Those whose number at the target is another, by that. */
  readonly #renamed = new Map<number, Http2Stream>();
  readonly #killed: Http2Stream[] = [];
  #lastTargetId = 0;
  #isRenaming = false;

  /** Streams that are neither over nor ended by the link. */
  get liveCount(): number {
    return this.#byId.size - this.#killed.length;
  }

  /** All that are known, those that the link ended among them. */
  streams(): Iterable<Http2Stream> {
    return this.#byId.values();
  }

  /** Adds what the caller has opened. */
  open(id: number, plans: readonly RulePlan[]): Http2Stream {
    const stream = new Http2Stream(id, this.lastId, plans);
    this.lastId = id;
    this.#byId.set(id, stream);
    return stream;
  }

  /** The stream that a frame is of, by the number that the sender of that direction gave it. */
  find(direction: Direction, id: number): Http2Stream | undefined {
    const stream = this.#byId.get(id);
    if (direction === "up" || !this.#isRenaming) return stream;
    return this.#renamed.get(id) ?? (stream?.targetId === id ? stream : undefined);
  }

  /** Whether a number that is not found was a stream's that is over, and may be another's on the other side. */
  isForgotten(direction: Direction, id: number): boolean {
    return this.#isRenaming && id % 2 === 1 && id <= (direction === "up" ? this.lastId : this.#lastTargetId);
  }

  /** Gives a stream its number at the target. */
  name(stream: Http2Stream): void {
    stream.targetId = Math.max(stream.id, this.#lastTargetId + (this.#lastTargetId === 0 ? 1 : 2));
    this.#lastTargetId = stream.targetId;
    if (stream.targetId === stream.id) return;
    this.#isRenaming = true;
    this.#renamed.set(stream.targetId, stream);
  }

  /** Whether any number differs. */
  get isRenaming(): boolean {
    return this.#isRenaming;
  }

  /** Forgets a stream that is over on both sides. */
  end(stream: Http2Stream): void {
    if (stream.isKilled) return;
    this.#forget(stream);
  }

  /** Marks a stream as ended by the link. */
  kill(stream: Http2Stream): void {
    stream.isKilled = true;
    this.#killed.push(stream);
    if (this.#killed.length > REMEMBERED) this.#forget(this.#killed.shift()!);
  }

  #forget(stream: Http2Stream): void {
    this.#byId.delete(stream.id);
    this.#renamed.delete(stream.targetId);
  }
}
