import type { EventBody, HistoryEvent, Recorder } from "../../model/event.ts";

/** A recorder that keeps what it is given: for tools that run without a cell, and for tests. */
export interface MemoryRecorder extends Recorder {
  readonly events: readonly HistoryEvent[];
  /** The events of one kind, in the order recorded. */
  of<Kind extends EventBody["kind"]>(kind: Kind): readonly Extract<HistoryEvent, { kind: Kind }>[];
}

/** Opens a recorder whose run begins now. */
export function memoryRecorder(): MemoryRecorder {
  const epochMs = () => performance.timeOrigin + performance.now();
  const beganMs = epochMs();
  const now = () => epochMs() - beganMs;
  const events: HistoryEvent[] = [];
  return {
    events,
    record: (source, body, t = now()) => {
      events.push({ seq: events.length, t, source, ...body });
    },
    now,
    fromEpoch: (ms) => ms - beganMs,
    of: <Kind extends EventBody["kind"]>(kind: Kind) =>
      events.filter((event): event is Extract<HistoryEvent, { kind: Kind }> => event.kind === kind),
  };
}
