import { OUTCOME, type Outcome } from "../attempt.ts";
import type { DeadlineList, Timed } from "./deadlines.ts";
import type { PreparedRequest } from "../target.ts";
import type { Http2Connection } from "./http2_connection.ts";
import { Http2Stream, type ResetOrigin } from "./http2_stream.ts";

/** Who is told when an attempt is over; it may use the record again from then on. */
export interface AttemptOwner {
  over(attempt: LoadAttempt, outcome: Outcome, code: number, endT: number): void;
}

/** One attempt of the load generator: request, answer and bookkeeping in one record, which is used again and again. */
export abstract class LoadAttempt extends Http2Stream implements Timed<LoadAttempt> {
  index = 0;
  plannedT = 0;
  /** When the target was asked for it. */
  begunT = 0;
  firstByteT: number = NaN;
  /** Of message or body received. */
  bytes = 0;
  connection: Http2Connection | undefined = undefined;
  deadlines: DeadlineList<LoadAttempt> | undefined = undefined;
  earlier: LoadAttempt | undefined = undefined;
  later: LoadAttempt | undefined = undefined;

  constructor(protected readonly owner: AttemptOwner) {
    super();
  }

  /** What it ends with when it is not answered in time: its time runs from sending, or from now as long as it waits. */
  get deadlineT(): number {
    const fromT = Number.isNaN(this.sentT) ? this.begunT : this.sentT;
    return fromT + this.deadlines!.timeoutMs;
  }

  /** Begins the request on `connection`, which is open. */
  begin(request: PreparedRequest): void {
    this.connection!.request(this, request.head, request.body);
  }

  override reset(): void {
    super.reset();
    this.firstByteT = NaN;
    this.bytes = 0;
  }

  /** The answer is complete; one that is late counts as none. */
  protected answered(outcome: Outcome, code: number): void {
    const endT = this.connection!.receivedT;
    if (endT > this.deadlineT) this.owner.over(this, OUTCOME.timeout, -1, endT);
    else this.owner.over(this, outcome, code, endT);
  }

  override onReset(code: number, _by: ResetOrigin, wasProcessed: boolean): void {
    const isRefused = !wasProcessed || Number.isNaN(this.sentT);
    this.owner.over(this, isRefused ? OUTCOME.refused : OUTCOME.reset, code, performance.now());
  }
}
