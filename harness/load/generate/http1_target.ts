/** HTTP/1.1 as a target: connections that stay, one request at a time on each, none behind another. */
import { type AttemptSink, OUTCOME, type Outcome } from "../attempt.ts";
import type { ClientTls } from "../client/transport.ts";
import type { LoadTarget, PreparedRequest } from "../target.ts";
import { connectHttp1, type Http1Attempt, Http1Connection } from "./http1_connection.ts";

/** Whom to drive, and by how many connections. */
export interface Http1TargetOptions {
  /** `host:port`. */
  readonly address: string;
  /** Attempts beyond one for each wait until a connection is free; their deadlines do not. @default 1 */
  readonly connections?: number;
  readonly tls?: ClientTls;
}

/** A target that also tells what was wrong with answers. */
export interface Http1Target extends LoadTarget {
  /** How often each thing that is not HTTP/1.1 was met; such attempts end as `reset`. */
  readonly malformed: ReadonlyMap<string, number>;
}

/** After a refused connection the next one is tried so much later at the earliest. */
const RETRY_MS = 10;

/**
 * Connects, and drives by HTTP/1.1. A connection that ends is opened again; while there is none, attempts are `refused`.
 *
 * @throws What connecting throws.
 */
export async function openHttp1Target(options: Http1TargetOptions, sink: AttemptSink): Promise<Http1Target> {
  const target = new Target(options, sink);
  try {
    await target.connectAll();
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
  return target;
}

class Target implements Http1Target {
  readonly malformed = new Map<string, number>();
  readonly #options: Http1TargetOptions;
  readonly #sink: AttemptSink;
  readonly #open = new Set<Http1Connection>();
  readonly #idle: Http1Connection[] = [];
  #queue: Http1Attempt[] = [];
  #queueAt = 0;
  #connecting = 0;
  #refusedT = -Infinity;
  #inFlight = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerT = Infinity;
  #isDisposed = false;

  constructor(options: Http1TargetOptions, sink: AttemptSink) {
    this.#options = options;
    this.#sink = sink;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async connectAll(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.connections ?? 1 }, () => this.#connect()));
  }

  send(index: number, plannedT: number, request: PreparedRequest, timeoutMs: number): void {
    this.#inFlight++;
    const deadlineT = performance.now() + timeoutMs;
    this.#queue.push({ index, plannedT, request, timeoutMs, deadlineT, sentT: NaN, firstByteT: NaN });
    this.#watch(deadlineT);
  }

  flush(): void {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      const attempt = this.#dequeue();
      if (attempt === undefined) {
        this.#idle.push(connection);
        break;
      }
      attempt.sentT = performance.now();
      attempt.deadlineT = attempt.sentT + attempt.timeoutMs;
      connection.send(attempt);
    }
    this.#reconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    for (let attempt = this.#dequeue(); attempt !== undefined; attempt = this.#dequeue()) {
      this.#end(attempt, OUTCOME.cancelled, -1, 0);
    }
    const open = [...this.#open];
    for (const connection of open) {
      const { attempt } = connection;
      connection.close();
      if (attempt !== undefined) this.#end(attempt, OUTCOME.cancelled, -1, 0);
    }
    await Promise.all(open.map(({ ended }) => ended));
  }

  #dequeue(): Http1Attempt | undefined {
    const attempt = this.#queue[this.#queueAt];
    if (attempt === undefined) return undefined;
    if (++this.#queueAt === this.#queue.length) {
      this.#queue = [];
      this.#queueAt = 0;
    } else if (this.#queueAt >= 4096) {
      this.#queue = this.#queue.slice(this.#queueAt);
      this.#queueAt = 0;
    }
    return attempt;
  }

  #end(attempt: Http1Attempt, outcome: Outcome, code: number, bytes: number): void {
    this.#inFlight--;
    const { index, plannedT, sentT, firstByteT } = attempt;
    this.#sink.add(index, plannedT, sentT, firstByteT, performance.now(), outcome, code, bytes);
  }

  async #connect(): Promise<void> {
    this.#connecting++;
    try {
      const transport = await connectHttp1(this.#options.address, this.#options.tls);
      if (this.#isDisposed) return transport.close();
      const connection = new Http1Connection(transport, {
        onAnswer: (attempt, status, bytes) => {
          this.#end(attempt, status < 400 ? OUTCOME.ok : OUTCOME.status, status, bytes);
        },
        onIdle: (which) => {
          this.#idle.push(which);
          if (this.#queue.length > 0) this.flush();
        },
        onBroken: (attempt, why) => {
          if (why !== "") this.malformed.set(why, (this.malformed.get(why) ?? 0) + 1);
          this.#end(attempt, OUTCOME.reset, -1, 0);
        },
        onEnd: (which) => this.#lost(which),
      });
      this.#open.add(connection);
      this.#idle.push(connection);
    } catch (error) {
      this.#refusedT = performance.now();
      throw error;
    } finally {
      this.#connecting--;
    }
  }

  #lost(connection: Http1Connection): void {
    this.#open.delete(connection);
    // A peer that takes connections and ends them is asked as seldom as one that takes none.
    if (connection.answers === 0) this.#refusedT = performance.now();
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    this.#reconnect();
  }

  /** Makes up for connections that are missing; where none is left and none is to be had, nobody takes the attempts. */
  #reconnect(): void {
    if (this.#isDisposed) return;
    const missing = (this.#options.connections ?? 1) - this.#open.size - this.#connecting;
    if (missing > 0 && performance.now() >= this.#refusedT + RETRY_MS) {
      for (let count = 0; count < missing; count++) {
        this.#connect().then(() => this.flush(), () => this.#refuse());
      }
    } else this.#refuse();
  }

  #refuse(): void {
    if (this.#open.size + this.#connecting > 0) return;
    for (let attempt = this.#dequeue(); attempt !== undefined; attempt = this.#dequeue()) {
      this.#end(attempt, OUTCOME.refused, -1, 0);
    }
  }

  #watch(deadlineT: number): void {
    if (deadlineT >= this.#timerT) return;
    clearTimeout(this.#timer);
    this.#timerT = deadlineT;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, deadlineT - performance.now()));
  }

  #sweep(): void {
    const nowT = performance.now();
    let nextT = Infinity;
    for (const connection of [...this.#open]) {
      const { attempt } = connection;
      if (attempt === undefined) continue;
      if (attempt.deadlineT > nowT) nextT = Math.min(nextT, attempt.deadlineT);
      else {
        // Its answer may still come: nothing else can be asked on this connection.
        connection.close();
        this.#end(attempt, OUTCOME.timeout, -1, 0);
      }
    }
    const waiting = this.#queue.slice(this.#queueAt);
    this.#queue = waiting.filter(({ deadlineT }) => deadlineT > nowT);
    this.#queueAt = 0;
    for (const { deadlineT } of this.#queue) nextT = Math.min(nextT, deadlineT);
    for (const attempt of waiting) {
      if (attempt.deadlineT <= nowT) this.#end(attempt, OUTCOME.timeout, -1, 0);
    }
    this.#timerT = Infinity;
    if (nextT < Infinity) this.#watch(nextT);
  }
}
