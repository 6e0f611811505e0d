import type {
  AttemptEnded,
  AttemptReceived,
  EventBase,
  HistoryEvent,
  RequestAnswered,
  RequestSent,
} from "../../model/event.ts";
import type { Labels } from "../../model/scenario.ts";

/** An attempt as an instance saw it. */
export interface JourneyAttempt {
  readonly received: EventBase & AttemptReceived;
  readonly ended: (EventBase & AttemptEnded) | undefined;
}

/** A call as its caller saw it. */
export interface JourneyCall {
  readonly id: string;
  readonly phase: string;
  readonly sent: EventBase & RequestSent;
  readonly answered: (EventBase & RequestAnswered) | undefined;
}

/** What journeys are made of. The judge's `History` is one; this part does not know the judge. */
export interface JourneySource {
  readonly calls: readonly JourneyCall[];
  of<Kind extends "attempt.received" | "fault">(kind: Kind): readonly Extract<HistoryEvent, { kind: Kind }>[];
  /** In the order in which they were received. */
  attemptsOf(id: string): readonly JourneyAttempt[];
  /** Empty for an instance that nobody knows. */
  labelsOf(instance: string): Labels;
}

/** Events tell milliseconds with three decimals, so that whole microseconds lose nothing and add up exactly. */
export function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}
