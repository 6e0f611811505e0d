import { OUTCOME, type OutcomeName } from "../../attempt.ts";
import { openRecorder, type Recorder } from "../recorder.ts";
import type { Recording } from "../recording.ts";
import type { LoadRun } from "../reports/load_run.ts";

/** An attempt as a test writes it; times in milliseconds. What is left out never happened. */
export interface WrittenAttempt {
  readonly plannedT: number;
  readonly sentT?: number;
  readonly firstByteT?: number;
  readonly endT: number;
  readonly outcome?: OutcomeName;
  readonly code?: number;
  readonly bytes?: number;
}

/** Tells a recorder of attempts. */
export function addAll(recorder: Recorder, attempts: readonly WrittenAttempt[]): void {
  attempts.forEach((
    { plannedT, sentT = NaN, firstByteT = NaN, endT, outcome = "ok", code = -1, bytes = 0 },
    index,
  ) => recorder.add(index, plannedT, sentT, firstByteT, endT, OUTCOME[outcome], code, bytes));
}

/** What a recorder makes of attempts; the run begins at 0 and ends with the last of them. */
export function recordingOf(attempts: readonly WrittenAttempt[]): Recording {
  const recorder = openRecorder({ startT: 0 });
  addAll(recorder, attempts);
  recorder.check(attempts.length);
  return recorder.finish(Math.max(0, ...attempts.map(({ endT }) => endT)));
}

/** `count` answered attempts at 1,000 a second, each sent 0.1 ms late and served in 1, 2, ... `levels` ms in turn. */
export function steadyAttempts(count: number, levels: number): WrittenAttempt[] {
  return Array.from({ length: count }, (_, index) => ({
    plannedT: index,
    sentT: index + 0.1,
    firstByteT: index + 0.6 + index % levels,
    endT: index + 1.1 + index % levels,
    code: 0,
    bytes: 10,
  }));
}

/** A run to report on. */
export const RUN: LoadRun = {
  id: "2026-01-02-load",
  target: "127.0.0.1:5000",
  protocol: "grpc",
  plan: { kind: "constant", perSecond: 1000 },
  planned: 1000,
  connections: 2,
  seed: 7,
  version: "0.1.0",
  command: "meshproof load 127.0.0.1:5000",
  startedAt: new Date("2026-01-02T03:04:05.678Z"),
};
