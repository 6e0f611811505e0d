/** How attempts end, and who is told of it. */

/** Every planned attempt ends in exactly one of these; the order is that of {@linkcode OUTCOME} and of the columns. */
export const OUTCOME_NAMES = [
  "ok",
  "status",
  "timeout",
  "reset",
  "refused",
  "shed",
  "cancelled",
] as const;
export type OutcomeName = typeof OUTCOME_NAMES[number];

/**
 * - `ok`: answered with gRPC status OK, or HTTP below 400.
 * - `status`: answered with any other status.
 * - `timeout`: no complete answer within the attempt's own deadline.
 * - `reset`: the stream or its connection broke after the request had begun to go out.
 * - `refused`: nobody took it: no connection, or the peer said that it never looked at it (REFUSED_STREAM, GOAWAY).
 * - `shed`: due, and never sent, since the generator's own bound of attempts in flight was reached.
 * - `cancelled`: ended by the generator, which was stopped.
 */
export const OUTCOME = {
  ok: 0,
  status: 1,
  timeout: 2,
  reset: 3,
  refused: 4,
  shed: 5,
  cancelled: 6,
} as const satisfies Record<OutcomeName, number>;
export type Outcome = typeof OUTCOME[OutcomeName];

/** Takes attempts as they end, in that order. Plain numbers, since it is called 100,000 times a second. */
export interface AttemptSink {
  /**
   * @param index Counts the plan's attempts from 0.
   * @param plannedT When the plan wanted it sent. All times are `performance.now()` of this process, in milliseconds.
   * @param sentT When its bytes were handed to the socket; NaN when they never were.
   * @param firstByteT When the first byte of the answer was here; NaN when none came.
   * @param endT When it was over.
   * @param outcome How it ended.
   * @param code gRPC or HTTP status where one came, HTTP/2 error code of a reset; -1 for none.
   * @param bytes Of message or body received.
   */
  add(
    index: number,
    plannedT: number,
    sentT: number,
    firstByteT: number,
    endT: number,
    outcome: Outcome,
    code: number,
    bytes: number,
  ): void;
}
