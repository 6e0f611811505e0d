import { type AttemptSink, OUTCOME, type Outcome } from "../attempt.ts";
import type { LoadTarget, PreparedRequest } from "../target.ts";
import { ConnectionSlot } from "./connection_slot.ts";
import { DeadlineList } from "./deadlines.ts";
import type { AttemptOwner, LoadAttempt } from "./load_attempt.ts";
import { type OpenConnectionOptions, openHttp2Connection } from "./open_connection.ts";

/** What `setTimeout` takes. */
const MAX_TIMER_MS = 0x7fffffff;

/** What is driven over HTTP/2, and by how many connections. */
export interface Http2LoadOptions extends Omit<OpenConnectionOptions, "onBatch" | "signal"> {
  /** Used in turn. @default 1 */
  readonly connections?: number;
}

/** Attempts over HTTP/2, of whatever kind. One record an attempt, and no promise and no timer of its own. */
export class Http2LoadTarget implements LoadTarget, AttemptOwner {
  readonly #sink: AttemptSink;
  readonly #make: (owner: AttemptOwner) => LoadAttempt;
  readonly #slots: ConnectionSlot[] = [];
  #nextSlot = 0;
  readonly #pool: LoadAttempt[] = [];
  #inFlight = 0;
  /** By the length of their time; nearly always there is one. */
  readonly #deadlines = new Map<number, DeadlineList<LoadAttempt>>();
  #lastDeadlines: DeadlineList<LoadAttempt> | undefined;
  #sweepTimer: ReturnType<typeof setTimeout> | undefined;
  /** Nobody took them; told in a later turn, since `send` must have returned. */
  #refused: LoadAttempt[] = [];
  #tellImmediate: ReturnType<typeof setImmediate> | undefined;
  /** Now, as long as nothing was flushed. */
  #nowT = NaN;
  #isDisposed = false;

  private constructor(
    options: Http2LoadOptions,
    sink: AttemptSink,
    make: (owner: AttemptOwner) => LoadAttempt,
  ) {
    this.#sink = sink;
    this.#make = make;
    const onBatch = () => this.flush();
    for (let index = 0; index < (options.connections ?? 1); index++) {
      this.#slots.push(new ConnectionSlot((signal) => openHttp2Connection({ ...options, signal, onBatch })));
    }
  }

  /**
   * Connects all connections.
   *
   * @param make Makes a record for attempts of the wanted kind.
   * @throws What connecting fails with.
   */
  static async open(
    options: Http2LoadOptions,
    sink: AttemptSink,
    make: (owner: AttemptOwner) => LoadAttempt,
  ): Promise<Http2LoadTarget> {
    const { connections = 1 } = options;
    if (!Number.isInteger(connections) || connections < 1) {
      throw new RangeError(
        `Cannot open a target as connections must be a whole number of at least 1: current value is ${connections}`,
      );
    }
    const target = new Http2LoadTarget(options, sink, make);
    try {
      await Promise.all(target.#slots.map((slot) => slot.start()));
    } catch (error) {
      await target[Symbol.asyncDispose]();
      throw error;
    }
    return target;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  send(index: number, plannedT: number, request: PreparedRequest, timeoutMs: number): void {
    if (Number.isNaN(this.#nowT)) this.#nowT = performance.now();
    const attempt = this.#pool.pop() ?? this.#make(this);
    attempt.index = index;
    attempt.plannedT = plannedT;
    attempt.begunT = this.#nowT;
    this.#begin(attempt, request);
    this.#inFlight++;
    const deadlines = this.#deadlinesOf(timeoutMs);
    attempt.deadlines = deadlines;
    deadlines.add(attempt);
    if (this.#sweepTimer === undefined) this.#armSweep();
  }

  flush(): void {
    this.#nowT = NaN;
    for (const slot of this.#slots) slot.flush();
  }

  over(attempt: LoadAttempt, outcome: Outcome, code: number, endT: number): void {
    attempt.deadlines!.remove(attempt);
    this.#inFlight--;
    this.#pool.push(attempt);
    const { index, plannedT, sentT, firstByteT, bytes } = attempt;
    const isCancelled = this.#isDisposed;
    this.#sink.add(
      index,
      plannedT,
      sentT,
      firstByteT,
      endT,
      isCancelled ? OUTCOME.cancelled : outcome,
      isCancelled ? -1 : code,
      bytes,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#sweepTimer);
    clearImmediate(this.#tellImmediate);
    this.#tellRefused();
    await Promise.all(this.#slots.map((slot) => slot[Symbol.asyncDispose]()));
  }

  #begin(attempt: LoadAttempt, request: PreparedRequest): void {
    for (let tried = 0; tried < this.#slots.length; tried++) {
      const connection = this.#slots[this.#nextSlot]!.usable();
      this.#nextSlot = (this.#nextSlot + 1) % this.#slots.length;
      if (connection === undefined) continue;
      attempt.connection = connection;
      attempt.begin(request);
      return;
    }
    attempt.reset();
    this.#refused.push(attempt);
    this.#tellImmediate ??= setImmediate(() => this.#tellRefused());
  }

  #tellRefused(): void {
    this.#tellImmediate = undefined;
    const refused = this.#refused;
    this.#refused = [];
    const endT = performance.now();
    for (const attempt of refused) this.over(attempt, OUTCOME.refused, -1, endT);
  }

  #deadlinesOf(timeoutMs: number): DeadlineList<LoadAttempt> {
    const last = this.#lastDeadlines;
    if (last !== undefined && last.timeoutMs === timeoutMs) return last;
    let deadlines = this.#deadlines.get(timeoutMs);
    if (deadlines === undefined) {
      deadlines = new DeadlineList(timeoutMs);
      this.#deadlines.set(timeoutMs, deadlines);
      // It may be late before what the timer is set for.
      clearTimeout(this.#sweepTimer);
      this.#sweepTimer = undefined;
    }
    return this.#lastDeadlines = deadlines;
  }

  /** One timer, for whatever is late first. */
  #armSweep(): void {
    let firstT = Infinity;
    for (const { first } of this.#deadlines.values()) {
      if (first !== undefined) firstT = Math.min(firstT, first.deadlineT);
    }
    if (firstT === Infinity || this.#isDisposed) return;
    const delayMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(firstT - performance.now())));
    this.#sweepTimer = setTimeout(() => {
      this.#sweepTimer = undefined;
      this.#sweep();
      this.#armSweep();
    }, delayMs);
  }

  #sweep(): void {
    const now = performance.now();
    for (const deadlines of this.#deadlines.values()) {
      for (let first = deadlines.first; first !== undefined; first = deadlines.first) {
        // Those whom nobody took are told of in their own turn, at once.
        if (now <= first.deadlineT || this.#refused.includes(first)) break;
        first.connection!.cancel(first);
        this.over(first, OUTCOME.timeout, -1, now);
      }
      if (deadlines.first === undefined) this.#deadlines.delete(deadlines.timeoutMs);
    }
    this.#lastDeadlines = undefined;
    this.flush();
  }
}
