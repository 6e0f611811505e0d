import { type AttemptSink, OUTCOME, type Outcome, OUTCOME_NAMES, type OutcomeName } from "../attempt.ts";
import { HISTOGRAM_NAMES, type Interval, newHistograms, type Recording } from "./recording.ts";

/** How to record. */
export interface RecorderOptions {
  /** Zero of the plan, as `performance.now()`. */
  readonly startT: number;
  /** @default 1000 */
  readonly intervalMs?: number;
  /** Attempts that were due within this time are in the columns and in no figure. @default 0 */
  readonly warmupMs?: number;
  /** Told of every attempt, warm-up included. */
  readonly columns?: AttemptSink;
  /** Told of every interval when it is over, also of those in which nothing ended. Its histograms are used again. */
  readonly onInterval?: (interval: Interval) => void;
}

/** Takes attempts, and makes figures of them. */
export interface Recorder extends AttemptSink {
  /** Ends the intervals that are over by now, for when no attempt ends. */
  tick(nowT: number): void;
  /**
   * Holds the record against the plan.
   *
   * @throws {Error} With both sums, when not every planned attempt has ended, or one ended twice.
   */
  check(planned: number): void;
  /** Ends the last interval; nothing may be added after it. */
  finish(endT: number): Recording;
}

/** Room for codes -1 to 1022 of each outcome. */
const CODES = 1024;

/** Opens a recorder. Adding costs some 60 ns with columns, and allocates nothing. */
export function openRecorder(options: RecorderOptions): Recorder {
  return new HistogramRecorder(options);
}

class HistogramRecorder implements Recorder {
  readonly #startT: number;
  readonly #intervalMs: number;
  readonly #warmUntilT: number;
  readonly #columns: AttemptSink | undefined;
  readonly #onInterval: (interval: Interval) => void;
  readonly #total = newHistograms();
  readonly #now = newHistograms();
  readonly #codes = new Float64Array(OUTCOME_NAMES.length * CODES);
  /** By outcome, of the current interval. */
  readonly #counts = new Float64Array(OUTCOME_NAMES.length);
  #intervalT: number;
  #nextT: number;
  #intervalBytes = 0;
  #bytes = 0;
  #warmup = 0;
  #firstPlannedT = Infinity;
  #lastPlannedT = -Infinity;
  #firstSentT = Infinity;
  #lastSentT = -Infinity;
  #lastEndT = -Infinity;

  constructor({ startT, intervalMs = 1000, warmupMs = 0, columns, onInterval = () => {} }: RecorderOptions) {
    if (!(intervalMs > 0)) {
      throw new RangeError(`Cannot record as intervalMs must be above 0: current value is ${intervalMs}`);
    }
    this.#startT = startT;
    this.#intervalMs = intervalMs;
    this.#warmUntilT = startT + warmupMs;
    this.#columns = columns;
    this.#onInterval = onInterval;
    this.#intervalT = startT;
    this.#nextT = startT + intervalMs;
  }

  add(
    index: number,
    plannedT: number,
    sentT: number,
    firstByteT: number,
    endT: number,
    outcome: Outcome,
    code: number,
    bytes: number,
  ): void {
    if (this.#columns !== undefined) {
      this.#columns.add(index, plannedT, sentT, firstByteT, endT, outcome, code, bytes);
    }
    if (endT >= this.#nextT) this.tick(endT);
    if (plannedT < this.#warmUntilT) {
      this.#warmup++;
      return;
    }
    const place = code < -1 || code > CODES - 2 ? CODES - 1 : code + 1;
    this.#codes[outcome * CODES + place]!++;
    this.#counts[outcome]!++;
    this.#intervalBytes += bytes;
    if (plannedT < this.#firstPlannedT) this.#firstPlannedT = plannedT;
    if (plannedT > this.#lastPlannedT) this.#lastPlannedT = plannedT;
    if (endT > this.#lastEndT) this.#lastEndT = endT;
    const now = this.#now;
    // False for NaN, which says that it was never sent.
    const wasSent = sentT >= 0;
    if (wasSent) {
      now.lag.add((sentT - plannedT) * 1000);
      if (firstByteT >= 0) now.firstByte.add((firstByteT - sentT) * 1000);
      if (sentT < this.#firstSentT) this.#firstSentT = sentT;
      if (sentT > this.#lastSentT) this.#lastSentT = sentT;
    }
    if (outcome <= OUTCOME.timeout) {
      const responseUs = (endT - plannedT) * 1000;
      now.response.add(responseUs);
      if (wasSent) now.service.add((endT - sentT) * 1000);
      if (outcome !== OUTCOME.ok) now.error.add(responseUs);
    }
  }

  tick(nowT: number): void {
    while (nowT >= this.#nextT) this.#endInterval(this.#nextT);
  }

  check(planned: number): void {
    const counted = this.#ended();
    if (counted + this.#warmup === planned) return;
    const outcomes = outcomesOf(this.#codeSums());
    const parts = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`).join(", ");
    throw new Error(
      `Cannot vouch for the run as every planned attempt must end once: ${planned} were planned, ` +
        `${counted + this.#warmup} ended (${parts}, warm-up ${this.#warmup})`,
    );
  }

  finish(endT: number): Recording {
    this.tick(endT);
    // Attempts of the last moment may bear a later time than the caller's clock: they are never dropped.
    if (endT > this.#intervalT || this.#counts.some((count) => count > 0)) this.#endInterval(endT);
    const codes = [...this.#codes].flatMap((count, place) =>
      count === 0 ? [] : [{
        outcome: OUTCOME_NAMES[Math.floor(place / CODES)]!,
        code: place % CODES - 1,
        count,
      }]
    );
    const told = (t: number) => Number.isFinite(t) ? t : NaN;
    return {
      startT: this.#startT,
      endT,
      warmup: this.#warmup,
      outcomes: outcomesOf(this.#codeSums()),
      codes,
      bytes: this.#bytes,
      sent: this.#total.lag.count,
      firstPlannedT: told(this.#firstPlannedT),
      lastPlannedT: told(this.#lastPlannedT),
      firstSentT: told(this.#firstSentT),
      lastSentT: told(this.#lastSentT),
      lastEndT: told(this.#lastEndT),
      histograms: this.#total,
    };
  }

  #endInterval(endT: number): void {
    const now = this.#now;
    this.#onInterval({
      startT: this.#intervalT,
      endT,
      ended: this.#counts.reduce((sum, count) => sum + count, 0),
      outcomes: outcomesOf(this.#counts),
      bytes: this.#intervalBytes,
      histograms: now,
    });
    for (const name of HISTOGRAM_NAMES) {
      this.#total[name].addAll(now[name]);
      now[name].reset();
    }
    this.#bytes += this.#intervalBytes;
    this.#intervalBytes = 0;
    this.#counts.fill(0);
    this.#intervalT = endT;
    this.#nextT = endT + this.#intervalMs;
  }

  #codeSums(): Float64Array {
    return new Float64Array(
      OUTCOME_NAMES.map((_, outcome) =>
        this.#codes.subarray(outcome * CODES, (outcome + 1) * CODES).reduce((sum, count) => sum + count, 0)
      ),
    );
  }

  #ended(): number {
    return this.#codes.reduce((sum, count) => sum + count, 0);
  }
}

function outcomesOf(counts: ArrayLike<number>): Record<OutcomeName, number> {
  return Object.fromEntries(OUTCOME_NAMES.map((name, outcome) => [name, counts[outcome] ?? 0])) as Record<
    OutcomeName,
    number
  >;
}
